import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '#contracts';
import { type Log } from '#observability';
import { asAppError, sendProblem } from '#runtime';

/** Largest body; one with commands holds them as JSON in a string, which makes them longer. */
const BODY_LIMIT = 1_048_576;

/** Paths with their methods. */
const METHODS: Readonly<Record<string, string>> = {
  '/api/chat': 'POST, OPTIONS',
  '/connection/sse': 'GET, POST, OPTIONS',
  '/connection/http_stream': 'POST, OPTIONS',
  '/connection/uni_sse': 'GET, POST, OPTIONS',
  '/emulation': 'POST, OPTIONS',
};

const OTHER_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Some routes that belong together. */
export interface Routes {
  addTo(server: FastifyInstance): void;
}

/**
 * The doors for pages of any origin. Bodies are read as text whatever they are called, since clients send commands on
 * several lines as JSON, and nothing here may be refused for its content type.
 */
export class CentrifugeRoutes {
  constructor(
    private readonly parts: readonly Routes[],
    private readonly log: Log,
  ) {}

  addTo(server: FastifyInstance): void {
    void server.register((inner, _options, done) => {
      inner.removeAllContentTypeParsers();
      inner.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, read) =>
        readText(body as Buffer, read),
      );
      inner.setErrorHandler((error, request, reply) => this.#failed(asAppError(error), request, reply));
      inner.addHook('onRequest', (request, reply, next) => {
        allowAnyOrigin(request, reply);
        next();
      });
      // Who was turned away before it came here, by a limit, may read why.
      inner.addHook('onSend', (request, reply, _payload, next) => {
        allowAnyOrigin(request, reply);
        next();
      });
      for (const part of this.parts) part.addTo(inner);
      for (const path of Object.keys(METHODS)) addPreflight(inner, path);
      done();
    });
  }

  #failed(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
    const fields = { request_id: request.id, path: request.routeOptions.url, code: error.code };
    if (error.code === 'internal') this.log.error({ ...fields, err: error.cause ?? error }, 'request failed');
    else this.log.debug({ ...fields, reason: error.message }, 'request refused');
    sendProblem(error, request, reply);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are no UTF-8 are refused instead of stored as replacement characters. */
function readText(body: Buffer, read: (error: Error | null, text?: string) => void): void {
  try {
    read(null, decoder.decode(body));
  } catch (cause) {
    read(new AppError('invalid_request', 'The body is not valid UTF-8', { cause }));
  }
}

function allowAnyOrigin({ routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const methods = METHODS[routeOptions.url ?? ''];
  if (methods === undefined) return;
  void reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'Content-Type, Authorization, X-API-Key, Idempotency-Key',
    'access-control-expose-headers': 'Content-Type',
    'access-control-max-age': '300',
  });
}

/** What a browser asks before it posts, and what is no method of the path. */
function addPreflight(server: FastifyInstance, path: string): void {
  server.options(path, (_request, reply) => void reply.status(200).send());
  const allowed = METHODS[path]!;
  for (const method of OTHER_METHODS)
    if (!server.hasRoute({ method, url: path }))
      server.route({
        method,
        url: path,
        handler: (_request, reply) =>
          void reply.status(405).header('allow', allowed).type('text/plain').send('Method not allowed\n'),
      });
}
