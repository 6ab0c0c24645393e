import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { NO_SPAN, type Span, type Tracing } from '#observability';

/** Asked all the time by machines. */
const NOT_TRACED = /^\/(health|ready|metrics|api\/v1\/health)$/;

const spans = new WeakMap<FastifyRequest, Span>();

/** What a request is in the trace of its caller, or in one of its own. */
export function spanOf(request: FastifyRequest): Span {
  return spans.get(request) ?? NO_SPAN;
}

/** A span for each request; while nobody traces, not even the hooks are there. */
export function traceRequests(server: FastifyInstance, tracing: Tracing): void {
  if (!tracing.enabled) return;
  server.addHook('onRequest', (request, _reply, done) => {
    const { url: route = 'unknown' } = request.routeOptions;
    if (!NOT_TRACED.test(route)) spans.set(request, begin(tracing, request, route));
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const span = spanOf(request);
    span.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span.fail(String(reply.statusCode));
    span.end();
    done();
  });
}

function begin(tracing: Tracing, request: FastifyRequest, route: string): Span {
  const { traceparent } = request.headers;
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  return tracing.start(`${request.method} ${route}`, 'server', parent, {
    'http.request.method': request.method,
    'http.route': route,
    'llmq.request.id': request.id,
  });
}
