import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type StreamSettings } from '#config';
import { type Caller, toAppError } from '#contracts';
import { type Log } from '#observability';
import { type OpenStreams } from './open-streams.js';
import { type Feed, type ReplyFeed } from './reply-feed.js';
import { EventStream } from './server-sent-events.js';
import { type WaitingComment } from './waiting-comment.js';

/** Sends the reply of a message as server-sent events, from wherever the client left off. */
export class StreamReply {
  constructor(
    private readonly feed: ReplyFeed,
    private readonly open: OpenStreams,
    private readonly waiting: WaitingComment,
    private readonly settings: StreamSettings,
    private readonly log: Log,
  ) {}

  /** Errors before the first byte are thrown and answered as problems; 204 says that there is nothing more. */
  async run(
    caller: Caller,
    id: string,
    after: number,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const stream = this.open.enter(after > 0);
    reply.raw.on('close', () => stream.abort());
    try {
      const feed = await this.feed.open(caller.tenantId, id, after, stream.signal);
      if (!feed) return void (await reply.status(204).send());
      // Fastify takes HEAD to the route of GET, and what has no body has no end to wait for.
      if (request.method === 'HEAD') return void (await reply.type('text/event-stream').send());
      await this.#send(feed, request, reply);
    } finally {
      this.open.leave(stream);
    }
  }

  async #send(feed: Feed, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const stream = EventStream.over(reply, this.settings.value.write_timeout);
    try {
      await this.#pass(feed, stream);
    } catch (error) {
      // The client reconnects with its last id and goes on, here or at another gateway.
      this.log.warn({ err: error, request_id: request.id }, 'a reply stream broke off');
      const { code } = toAppError(error);
      this.open.broke(code);
      await stream.comment(code);
    } finally {
      stream.end();
    }
  }

  async #pass(feed: Feed, stream: EventStream): Promise<void> {
    for await (const batch of feed) {
      if ('silent' in batch) await stream.comment(await this.waiting.of(batch.silent));
      else await stream.events(batch);
    }
  }
}
