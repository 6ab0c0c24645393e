import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Broker, type Hub } from '#centrifuge';
import { AppError } from '#contracts';
import { MAX_FRAME_BYTES } from './websocket-door.js';

const frameSchema = z.object({
  session: z.string().min(1).max(64),
  node: z.string().min(1).max(64),
  data: z.string().min(1),
});

/** `POST /emulation`: commands of a client whose connection is a response, here or at another gateway. */
export class EmulationRoute {
  constructor(
    private readonly hub: Hub,
    private readonly broker: Broker,
  ) {}

  addTo(server: FastifyInstance): void {
    server.post('/emulation', async (request, reply) => this.#take(request, reply));
  }

  /** 404 says that the gateway is gone, and makes the client connect anew. */
  async #take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { session, node, data } = frameOf(request.body);
    if (Buffer.byteLength(data) > MAX_FRAME_BYTES)
      throw new AppError('payload_too_large', `Commands may have ${MAX_FRAME_BYTES} bytes at most`);
    if (node === this.hub.at.node) this.hub.receive(session, data);
    else if (!(await this.broker.forwardFrame(node, session, data)))
      return reply.status(404).type('text/plain; charset=utf-8').send('unknown node\n');
    return reply.status(204).send();
  }
}

function frameOf(body: unknown) {
  const parsed = frameSchema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_request', 'The body must be JSON with `session`, `node` and `data`');
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}
