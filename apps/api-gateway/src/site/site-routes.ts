import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { readShipped } from '#runtime';
import { ASSETS } from './assets.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Pages load nothing from elsewhere and talk to nobody else; the reference sets styles by itself. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Examples show how a page of one's own may look, with scripts of its own. */
const POLICED = /^\/(?:docs\/?)?$/;

interface Content {
  readonly body: Buffer;
  readonly etag: string;
}

/** The landing page, the API reference, the examples, and the documents that describe the API. */
export class SiteRoutes {
  readonly #known = new Map<string, Content>();

  /** `words`: what `{{name}}` in the landing page stands for. `documents`: by path. */
  constructor(
    private readonly words: () => Readonly<Record<string, string>>,
    private readonly documents: Readonly<Record<string, () => Promise<object>>>,
  ) {}

  addTo(server: FastifyInstance): void {
    for (const [url, path] of Object.entries(ASSETS))
      server.get(url, (request, reply) => this.#sendFile(url, path, request, reply));
    for (const [url, make] of Object.entries(this.documents))
      server.get(url, async (request, reply) => this.#sendDocument(url, make, request, reply));
  }

  #sendFile(url: string, path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const content = this.#known.get(url) ?? this.#read(url, path);
    if (!content) {
      reply.callNotFound();
      return reply;
    }
    if (POLICED.test(url)) reply.header('content-security-policy', POLICY);
    return send(content, TYPES[extname(path)] ?? 'text/plain; charset=utf-8', request, reply);
  }

  #read(url: string, path: string): Content | undefined {
    const bytes = readShipped(path);
    const file = bytes && Buffer.from(bytes);
    // What the landing page tells may change.
    if (file && url === '/') return contentOf(filled(file, this.words()));
    return file && this.#remember(url, file);
  }

  async #sendDocument(
    url: string,
    make: () => Promise<object>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const content = this.#known.get(url) ?? this.#remember(url, Buffer.from(JSON.stringify(await make())));
    // Also for pages of other origins, such as an editor of such documents.
    reply.header('access-control-allow-origin', '*');
    return send(content, 'application/json; charset=utf-8', request, reply);
  }

  #remember(url: string, body: Buffer): Content {
    const content = contentOf(body);
    this.#known.set(url, content);
    return content;
  }
}

function contentOf(body: Buffer): Content {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"` };
}

/** Browsers ask each time whether it is still the same. */
function send(
  content: Content,
  type: string,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.headers({ etag: content.etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
  if (headers['if-none-match'] === content.etag) return reply.status(304).send();
  return reply.type(type).send(content.body);
}

function filled(page: Buffer, words: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(
    page.toString().replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escaped(words[name] ?? '')),
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
