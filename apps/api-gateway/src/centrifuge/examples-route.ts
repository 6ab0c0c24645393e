import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FastifyInstance } from 'fastify';

/** Beside `dist` and `apps`, whichever of the two this file runs from. */
const FOLDERS = ['../../../../examples', '../../../../../examples'].map((path) =>
  join(import.meta.dirname, path),
);

const PAGES = ['index.html', 'client.html', 'client-working.html'];

/** The pages of `examples/`, at `/examples/`. */
export class ExamplesRoute {
  addTo(server: FastifyInstance): void {
    for (const page of PAGES)
      server.get(`/examples/${page === 'index.html' ? '' : page}`, async (_request, reply) => {
        const html = await read(page);
        return html === undefined ? reply.callNotFound() : reply.type('text/html; charset=utf-8').send(html);
      });
  }
}

async function read(page: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const html = await readFile(join(folder, page), 'utf8').catch(() => undefined);
    if (html !== undefined) return html;
  }
  return undefined;
}
