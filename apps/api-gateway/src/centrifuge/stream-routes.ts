import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Hub, type Transport } from '#centrifuge';
import { AppError } from '#contracts';
import { EVENTS, LINES, openStream } from './event-headers.js';
import { asEvent, asLine, HttpTransport, UnidirectionalTransport } from './http-transport.js';
import { type PlainEvents } from './plain-events.js';
import { type Visitors } from './visitors.js';
import { MAX_FRAME_BYTES } from './websocket-door.js';

type Open = (response: ServerResponse) => Transport;

/** The ways out over HTTP: the protocol as server-sent events or lines, one-way events, and the bare replies of a chat. */
export class StreamRoutes {
  constructor(
    private readonly hub: Hub,
    private readonly visitors: Visitors,
    private readonly plain: PlainEvents,
  ) {}

  addTo(server: FastifyInstance): void {
    server.route({
      method: ['GET', 'POST'],
      url: '/connection/sse',
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const { channel } = request.query as Record<string, unknown>;
        const commands = commandsOf(request);
        if (commands === undefined && typeof channel === 'string')
          return this.plain.run(channel, request, reply);
        this.#connect(request, reply, EVENTS, required(commands), (to) => new HttpTransport(to, asEvent));
      },
    });
    server.post('/connection/http_stream', async (request, reply) => {
      const commands = required(commandsOf(request));
      this.#connect(request, reply, LINES, commands, (to) => new HttpTransport(to, asLine));
    });
    server.route({
      method: ['GET', 'POST'],
      url: '/connection/uni_sse',
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const connect = `{"id":1,"connect":${required(commandsOf(request) ?? '{}')}}`;
        this.#connect(request, reply, EVENTS, connect, (to) => new UnidirectionalTransport(to));
      },
    });
  }

  #connect(
    request: FastifyRequest,
    reply: FastifyReply,
    headers: OutgoingHttpHeaders,
    commands: string,
    open: Open,
  ): void {
    const visitor = this.visitors.of(request);
    const connection = this.hub.open(open(reply.raw), visitor);
    reply.raw.on('close', () => connection.closed());
    const given = reply.getHeaders() as OutgoingHttpHeaders;
    reply.hijack();
    openStream(reply.raw, { ...given, ...headers });
    if (headers === EVENTS) reply.raw.write('\r\n');
    connection.receive(commands);
  }
}

/** In the query, where an EventSource can put them, or in the body. */
function commandsOf({ method, query, body }: FastifyRequest): string | undefined {
  const commands = method === 'GET' ? (query as Record<string, unknown>)['cf_connect'] : body;
  return typeof commands === 'string' && commands !== '' ? commands : undefined;
}

function required(commands: string | undefined): string {
  if (commands !== undefined && Buffer.byteLength(commands) > MAX_FRAME_BYTES)
    throw new AppError('payload_too_large', `Commands may have ${MAX_FRAME_BYTES} bytes at most`);
  if (commands !== undefined) return commands;
  throw new AppError('invalid_request', 'Send a connect command: in `cf_connect`, or as the body of a POST');
}
