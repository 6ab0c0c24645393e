import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { AppError } from '#contracts';
import { type ServerApi } from './server-api.js';

/** `POST /api/publish` and its like, for those who have the key of the server API; without a configured key, for nobody. */
export class ServerApiRoutes {
  readonly #key: Buffer | undefined;

  constructor(
    private readonly api: ServerApi,
    key: string | undefined,
  ) {
    this.#key = key === undefined ? undefined : digestOf(key);
  }

  addTo(server: FastifyInstance): void {
    for (const [name, run] of Object.entries(this.api.methods))
      server.post(`/api/${name}`, async (request, reply) => {
        this.#requireKey(request);
        return reply.type('application/json').send(await run(bodyOf(request)));
      });
  }

  #requireKey({ headers }: FastifyRequest): void {
    const given = headers['x-api-key'] ?? /^apikey\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (this.#key && typeof given === 'string' && timingSafeEqual(digestOf(given), this.#key)) return;
    throw new AppError(
      'unauthorized',
      'Send centrifuge.api_key as `X-API-Key`; without that setting nobody may',
    );
  }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** `info` asks for nothing, and an empty body says so. */
function bodyOf({ body }: FastifyRequest): unknown {
  if (typeof body !== 'string' || body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AppError('invalid_request', `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}
