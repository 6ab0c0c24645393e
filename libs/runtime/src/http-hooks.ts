import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { newId } from '#contracts';
import { type Health, type Metrics } from '#observability';

/** A request id from outside is taken over when it is harmless in a log and a header. */
const HARMLESS_ID = /^[\w.:-]{1,128}$/;

export function requestIdOf(headers: FastifyRequest['headers']): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && HARMLESS_ID.test(given) ? given : newId('req');
}

/** Request ids, request metrics, and `connection: close` while the process shuts down. */
export function addHttpHooks(server: FastifyInstance, metrics: Metrics, health: Health): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (health.draining) reply.header('connection', 'close');
    done();
  });
  // Also of what was asked before: answered while the server closes, its connection would stay open and hold up the end.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (health.draining) reply.header('connection', 'close');
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    metrics.httpDuration.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
}
