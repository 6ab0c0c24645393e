import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const METHODS = 'GET, POST, PUT, PATCH, DELETE, OPTIONS';

/** What OpenAI's client says of itself in every request. */
const STAINLESS = [
  'Arch',
  'Async',
  'Custom-Poll-Interval',
  'Helper-Method',
  'Lang',
  'OS',
  'Package-Version',
  'Poll-Helper',
  'Retry-Count',
  'Runtime',
  'Runtime-Version',
  'Timeout',
].map((name) => `X-Stainless-${name}`);

const HEADERS = [
  'Origin, Content-Type, Authorization, X-API-Key, X-Request-Id, Idempotency-Key, Last-Event-ID, X-CSRF-Token, traceparent',
  'X-Priority, X-On-Disconnect, OpenAI-Organization, OpenAI-Project',
  ...STAINLESS,
].join(', ');
const EXPOSED =
  'Location, X-Request-Id, X-Message-Id, Retry-After, Retry-After-Ms, X-Should-Retry, Idempotency-Replayed';

/** How long a browser remembers what it may. */
const MAX_AGE_S = 600;

/** Lets pages of these origins (`*`: of all) call the API. They send a key by themselves, never with cookies. */
export function addCors(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const isFree = origins.includes('*');
  server.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || (!isFree && !origins.includes(origin))) return done();
    reply.headers({
      'access-control-allow-origin': isFree ? '*' : origin,
      'access-control-expose-headers': EXPOSED,
      vary: 'origin',
    });
    if (isQuestion(request)) return answer(reply);
    done();
  });
}

/** A browser asks first. */
function isQuestion({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function answer(reply: FastifyReply): void {
  void reply
    .status(204)
    .headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': HEADERS,
      'access-control-max-age': String(MAX_AGE_S),
    })
    .send();
}
