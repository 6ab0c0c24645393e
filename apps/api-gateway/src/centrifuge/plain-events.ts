import { type OutgoingHttpHeaders } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { asCommandError, type Publication } from '#centrifuge';
import { AppError } from '#contracts';
import { type Log } from '#observability';
import { EVENTS, openStream } from './event-headers.js';
import { HttpTransport } from './http-transport.js';
import { type ReplyChannels } from './reply-channels.js';
import { type Visitors } from './visitors.js';

/** Comments keep silent connections open; shorter than what proxies wait for. */
const HEARTBEAT_MS = 15_000;

/** The reply of a chat as bare server-sent events, for clients that know nothing but `EventSource`. */
export class PlainEvents {
  constructor(
    private readonly channels: ReplyChannels,
    private readonly visitors: Visitors,
    private readonly log: Log,
  ) {}

  /** 204: there is nothing after the last event that the client has. @throws AppError */
  async run(channel: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = this.visitors.callerOf(request, 'read');
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    const offset = cursorOf(request);
    const since = offset === 0 ? undefined : { offset, epoch: '' };
    const { publications, live, isEnded } = await this.channels
      .subscribe(caller, { channel, since }, 'plain', abort.signal)
      .catch((error: unknown) => {
        throw asProblem(error, channel);
      });
    if (isEnded && publications.length === 0) {
      abort.abort();
      return void (await reply.status(204).send());
    }
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    reply.hijack();
    openStream(reply.raw, { ...headers, ...EVENTS });
    await this.#write(publications, live, reply, request.id);
  }

  async #write(
    first: readonly Publication[],
    live: AsyncIterable<readonly Publication[]>,
    { raw }: FastifyReply,
    requestId: string,
  ): Promise<void> {
    const transport = new HttpTransport(raw, (event) => event);
    const heartbeat = setInterval(() => transport.send([': \n\n']), HEARTBEAT_MS);
    try {
      transport.send(first.map(eventOf));
      for await (const batch of live) {
        await transport.drained();
        transport.send(batch.map(eventOf));
      }
    } catch (err) {
      this.log.warn({ err, request_id: requestId }, 'a chat stream broke off');
    } finally {
      clearInterval(heartbeat);
      raw.end();
    }
  }
}

function eventOf({ offset, text }: Publication): string {
  return `id: ${offset}\ndata: ${text}\n\n`;
}

/** As a reconnecting browser sends it. */
function cursorOf({ headers }: FastifyRequest): number {
  const id = headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,16}$/.test(id) ? Number(id) : 0;
}

/** What the protocol answers with a number of its own. */
function asProblem(error: unknown, channel: string): unknown {
  if (error instanceof AppError) return error;
  const { code } = asCommandError(error).row;
  if (code === 102) return new AppError('message_not_found', `There is no channel ${channel}`);
  return code === 103 ? new AppError('forbidden', 'The API key lacks the scope read') : error;
}
