import { type FastifyInstance } from 'fastify';
import { AppError } from '#contracts';

/**
 * Reads JSON bodies: bytes that are no UTF-8 are refused instead of stored as replacement characters, and an empty
 * body is no body, since some clients name a content type even where they send nothing.
 */
export function addJsonBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      void parseJson(request, decoder.decode(body as Buffer), done);
    } catch (cause) {
      done(new AppError('invalid_request', 'The body is not valid UTF-8', { cause }));
    }
  });
}
