import { type FastifyInstance } from 'fastify';
import { readShippedText } from '#runtime';

const PAGES = ['index.html', 'client.html', 'client-working.html'];

/** The pages of `examples/`, at `/examples/`. */
export class ExamplesRoute {
  addTo(server: FastifyInstance): void {
    for (const page of PAGES)
      server.get(`/examples/${page === 'index.html' ? '' : page}`, async (_request, reply) => {
        const html = readShippedText(`examples/${page}`);
        return html === undefined ? reply.callNotFound() : reply.type('text/html; charset=utf-8').send(html);
      });
  }
}
