import { type StreamSettings } from '#config';
import { AppError, isFinal, type Message, type ReplyEntry } from '#contracts';
import { type MessageReader } from '#ledger';
import { type Span, type Tracing } from '#observability';
import { type ReplyStreams } from '#streaming';

/** Numbers of events made from the ledger, once the log is gone: above every number that a log can have. */
const SNAPSHOT_SEQ = 2 ** 52;
const SNAPSHOT_END = SNAPSHOT_SEQ + 2;

/** What a reader of one message gets: events, or the message itself when it is time for a sign of life. */
export type Feed = AsyncGenerator<readonly ReplyEntry[] | { readonly silent: Message }>;

/** The reply of a message as events, from the log while there is one and from the ledger afterwards. */
export class ReplyFeed {
  constructor(
    private readonly streams: ReplyStreams,
    private readonly reader: MessageReader,
    private readonly settings: StreamSettings,
    private readonly tracing: Tracing,
  ) {}

  /**
   * Undefined: the reader has seen the end.
   * @throws AppError message_not_found, redis_unavailable
   */
  async open(tenantId: string, id: string, after: number, signal: AbortSignal): Promise<Feed | undefined> {
    const message = await this.reader.get(tenantId, id);
    const feed = await this.#feedOf(message, after, signal);
    return feed && this.#traced(feed, message, after);
  }

  async #feedOf(message: Message, after: number, signal: AbortSignal): Promise<Feed | undefined> {
    if (after >= SNAPSHOT_SEQ) return this.#afterSnapshot(message, after, signal);
    const tail = await this.#tail(message);
    if (tail?.ended && after >= tail.seq) return undefined;
    return !tail && isFinal(message.status) ? snapshot(message, after) : this.#follow(message, after, signal);
  }

  /** Reading is a part of the way of the message, whoever reads: in its trace, where it has one. */
  #traced(feed: Feed, { id, options }: Message, after: number): Feed {
    const { traceparent } = options ?? {};
    if (!this.tracing.enabled || traceparent === undefined) return feed;
    const about = { 'llmq.message.id': id, 'llmq.stream.after': after };
    return within(() => this.tracing.start('stream reply', 'server', traceparent, about), feed);
  }

  /** Who has seen part of a snapshot gets it again, whatever the log now holds; of a message that was requeued, all. */
  #afterSnapshot(message: Message, after: number, signal: AbortSignal): Feed | undefined {
    if (!isFinal(message.status)) return this.#follow(message, 0, signal);
    return after >= SNAPSHOT_END ? undefined : snapshot(message, after);
  }

  /** Of a message that has ended the ledger knows enough, so Redis need not be there. */
  async #tail(message: Message) {
    try {
      return await this.streams.tail(message.id);
    } catch (error) {
      if (isFinal(message.status)) return undefined;
      throw error;
    }
  }

  /**
   * When nothing comes for the time of a heartbeat the ledger is asked, so that a reader never waits for an end
   * that was lost; more often would be a storm of queries where thousands wait for their turn.
   */
  async *#follow({ tenantId, id }: Message, after: number, signal: AbortSignal): Feed {
    let cursor = after;
    let asked = performance.now();
    try {
      for await (const batch of this.streams.read(id, after, signal)) {
        if (batch !== 'silence') {
          yield batch;
          cursor = batch.at(-1)!.seq;
          asked = performance.now();
        }
        if (performance.now() - asked < this.settings.value.heartbeat) continue;
        asked = performance.now();
        const message = await this.reader.get(tenantId, id);
        if (!isFinal(message.status)) {
          yield { silent: message };
          continue;
        }
        const tail = await this.streams.tail(id);
        if (!tail?.ended) return yield* snapshot(message, cursor);
        // A cursor beyond the end, which no reader of ours has seen: there is nothing more to tell.
        if (cursor >= tail.seq) return;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'stream_lost') throw error;
      const message = await this.reader.get(tenantId, id);
      if (!isFinal(message.status)) throw error;
      yield* snapshot(message, cursor);
    }
  }
}

/** Whoever never reads has no span. */
async function* within(begin: () => Span, feed: Feed): Feed {
  const span = begin();
  let events = 0;
  try {
    for await (const batch of feed) {
      if (!('silent' in batch)) events += batch.length;
      yield batch;
    }
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.set({ 'llmq.stream.events': events });
    span.end();
  }
}

/**
 * An ended message as events: what the reader has is dropped, the whole text follows, and the end. Who has nothing, and
 * will get nothing, is told of the end only.
 */
async function* snapshot({ attempt, reply, status, failure }: Message, after: number): Feed {
  if (!isFinal(status)) return;
  const events: ReplyEntry['event'][] = [
    { type: 'reset', attempt, reason: 'stream_lost' },
    { type: 'delta', text: reply?.content ?? '' },
    {
      type: 'end',
      status,
      ...(reply?.finishReason && { finishReason: reply.finishReason }),
      ...(reply && status === 'completed' && { usage: reply.usage }),
      ...(reply?.cacheAge !== undefined && { cached: true as const }),
      ...(failure && { error: failure }),
    },
  ];
  const numbered = events.map((event, i) => ({ seq: SNAPSHOT_SEQ + i, event }));
  yield after === 0 && !reply?.content ? numbered.slice(-1) : numbered;
}
