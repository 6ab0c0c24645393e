import { type OutgoingHttpHeaders } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ChatSettings, type StreamSettings } from '#config';
import { AppError, type Session, type SessionEnd } from '#contracts';
import { type Log } from '#observability';
import { type OpenStreams } from '../open-streams.js';
import { type WaitingComment } from '../waiting-comment.js';
import { type SessionCursor, formatCursor } from './session-cursor.js';
import { SessionEventsStream, type StreamEnd } from './session-events-stream.js';
import { type Reading, type SessionFeed } from './session-feed.js';
import { type SessionNews } from './session-news.js';

/** Sends the replies of a session as server-sent events, from wherever the client left off. */
export class StreamSession {
  constructor(
    private readonly feed: SessionFeed,
    private readonly news: SessionNews,
    private readonly open: OpenStreams,
    private readonly waiting: WaitingComment,
    private readonly chat: ChatSettings,
    private readonly streams: StreamSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError too_many_streams, draining */
  async run(
    session: Session,
    from: SessionCursor,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const stream = this.open.enter();
    reply.raw.on('close', () => stream.abort());
    let ended: SessionEnd | undefined;
    const reader = this.news.follow(session, (end) => {
      ended = end;
      stream.abort();
    });
    try {
      if (request.method === 'HEAD') return void (await reply.type('text/event-stream').send());
      const reading = { session, from, reader, signal: stream.signal };
      await this.#send(reading, () => ended ?? 'draining', request, reply);
    } finally {
      this.news.leave(session, reader);
      this.open.leave(stream);
    }
  }

  async #send(
    reading: Reading,
    why: () => StreamEnd,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    reply.hijack();
    const { session, from } = reading;
    const timing = [this.streams.value.write_timeout, this.chat.value.ping] as const;
    const events = new SessionEventsStream(reply.raw, ...timing, formatCursor(from));
    try {
      await events.open(headers, session.id);
      await this.#pass(reading, events);
      await events.end(why());
    } catch (error) {
      // The client reconnects with its last id and goes on, here or at another gateway.
      this.log.warn({ err: error, request_id: request.id }, 'the stream of a session broke off');
      await events.comment(error instanceof AppError ? error.code : 'internal');
    } finally {
      events.close();
    }
  }

  async #pass(reading: Reading, events: SessionEventsStream): Promise<void> {
    const { ping } = this.chat.value;
    for await (const batch of this.feed.run(reading, ping)) {
      if (!('silent' in batch)) await events.chunks(batch);
      else if (batch.silent) await events.comment(await this.waiting.of(batch.silent));
      await events.ping();
    }
  }
}
