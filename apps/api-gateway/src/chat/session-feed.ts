import { AppError, type Failure, type Message, type ReplyEntry, type Session } from '#contracts';
import { type SessionTurns } from '#conversations';
import { type ReplyFeed } from '../reply-feed.js';
import { GrowingText } from '../growing-text.js';
import { formatCursor, type Seen, type SessionCursor } from './session-cursor.js';
import { type SessionReader } from './session-news.js';

/** Turns that are read from the ledger in one go. */
const PAGE = 100;

/** A piece of a reply; the last one of each is told as such. */
export interface SessionChunk {
  /** Where the reader is once it has it. */
  readonly id: string;
  readonly text: string;
  readonly isLast: boolean;
  /** The reader drops what it has of this reply: it began again, and differently. */
  readonly startsAnew: boolean;
  readonly error?: Failure | undefined;
}

/** What a reader of a session gets: chunks, or a sign that time has passed, with the message that it waits for. */
export type SessionBatch = readonly SessionChunk[] | { readonly silent: Message | undefined };

/** One reader, for as long as it reads. */
export interface Reading {
  readonly session: Session;
  readonly from: SessionCursor;
  readonly reader: SessionReader;
  readonly signal: AbortSignal;
}

/** A turn whose reply is read. */
interface Place {
  readonly turn: number;
  readonly id: string;
}

/** The replies of a session, one after the other, in the order of its turns and without an end. */
export class SessionFeed {
  constructor(
    private readonly turns: SessionTurns,
    private readonly feed: ReplyFeed,
  ) {}

  /**
   * Says that time has passed when nothing came for `silenceMs`.
   * @throws AppError redis_unavailable, database_unavailable, stream_lost
   */
  async *run(reading: Reading, silenceMs: number): AsyncGenerator<SessionBatch> {
    const { session, from, reader, signal } = reading;
    let { turn } = from;
    const { id, seen } = from.message ?? {};
    if (id !== undefined && seen) yield* this.#rest(reading, { id, turn }, seen);
    while (!signal.aborted) {
      const next = await this.turns.after(session, turn, PAGE);
      for (const place of next) {
        if (signal.aborted) return;
        yield* this.#reply(reading, place, 0, new GrowingText());
        ({ turn } = place);
      }
      // An idle reader asks nothing of the ledger.
      while (next.length === 0 && !signal.aborted && !(await reader.changed(silenceMs, signal)))
        yield { silent: undefined };
    }
  }

  async *#rest(reading: Reading, place: Place, { seq, had }: Seen): AsyncGenerator<SessionBatch> {
    try {
      yield* this.#reply(reading, place, seq, new GrowingText(had));
    } catch (error) {
      // It was deleted because it is old: what follows it is still there.
      if (!(error instanceof AppError) || error.code !== 'message_not_found') throw error;
    }
  }

  async *#reply(
    { session, signal }: Reading,
    place: Place,
    after: number,
    text: GrowingText,
  ): AsyncGenerator<SessionBatch> {
    const feed = await this.feed.open(session.tenantId, place.id, after, signal);
    for await (const batch of feed ?? []) {
      if ('silent' in batch) yield batch;
      else yield [...chunksOf(batch, place, text)];
    }
  }
}

/** Text that comes together with the end is the last chunk; else that one is empty. */
function* chunksOf(
  batch: readonly ReplyEntry[],
  { turn, id }: Place,
  text: GrowingText,
): Generator<SessionChunk> {
  let [held, startsAnew] = ['', false];
  for (const [i, { seq, event }] of batch.entries()) {
    const growth = text.take(event);
    held += growth.text;
    startsAnew ||= growth.startsAnew;
    const isLast = event.type === 'end';
    if (!isLast && (held === '' || batch[i + 1]?.event.type === 'end')) continue;
    yield {
      id: formatCursor({ turn, message: isLast ? { id } : { id, seen: { seq, had: text.known } } }),
      text: held,
      isLast,
      startsAnew,
      ...(isLast && event.error && { error: event.error }),
    };
    [held, startsAnew] = ['', false];
  }
}
