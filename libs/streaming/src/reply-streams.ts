import { AppError, type ReplyEnd, type ReplyEntry } from '#contracts';
import { type Live, type ReplyLog, type Tail } from './reply-log.js';
import { ReplyWriter, type WriterOptions } from './reply-writer.js';

/** Entries read from the log in one go. */
const PAGE = 500;

/** What a reader waits for: events, or the word that nothing came for a while. */
export type ReplyBatch = readonly ReplyEntry[] | 'silence';

/**
 * Carries replies from the worker that writes them to whoever reads them. A reader says which event it has seen
 * last and gets everything after it, in order and without gaps; it can leave and come back anywhere.
 */
export class ReplyStreams {
  constructor(
    private readonly log: ReplyLog,
    private readonly watchdogMs: number,
  ) {}

  writer(messageId: string, attempt: number, options: WriterOptions): ReplyWriter {
    return new ReplyWriter(this.log, messageId, attempt, options);
  }

  tail(messageId: string): Promise<Tail | undefined> {
    return this.log.tail(messageId);
  }

  /** Ends the stream of a message that no worker runs; does nothing when it has ended. */
  async end(messageId: string, event: ReplyEnd): Promise<void> {
    for (;;) {
      const tail = await this.log.tail(messageId);
      if (tail?.ended) return;
      const result = await this.log.append(messageId, [{ seq: (tail?.seq ?? 0) + 1, event }]);
      if (result === 'ok') return;
    }
  }

  /**
   * Makes an ended stream wait for another attempt, the one after `attempt`: readers drop what they have and stay. Does
   * nothing when the stream has not ended, or an attempt has begun.
   */
  async reopen(messageId: string, attempt: number): Promise<void> {
    const tail = await this.log.tail(messageId);
    if (!tail?.ended) return;
    const event = { type: 'reset', attempt: attempt + 1, reason: 'requeued' } as const;
    await this.log.append(messageId, [{ seq: tail.seq + 1, event }]);
  }

  /**
   * Batches of entries after `after`, until the last event or the abort. `silence` comes when nothing did for
   * the watchdog's time, so that the caller can ask the ledger whether there will ever be more.
   * @throws AppError redis_unavailable, stream_lost
   */
  async *read(messageId: string, after: number, signal: AbortSignal): AsyncGenerator<ReplyBatch> {
    const live = await this.log.follow(messageId);
    try {
      let cursor = after;
      while (!signal.aborted) {
        const batch = await this.#next(messageId, cursor, live);
        if (batch.length > 0) {
          yield batch;
          const last = batch.at(-1)!;
          cursor = last.seq;
          if (last.event.type === 'end') return;
        } else if (await this.#waitedInVain(live, cursor, signal)) yield 'silence';
      }
    } finally {
      live.close();
    }
  }

  /** From memory when that reaches back to the cursor, else from the log. */
  async #next(messageId: string, cursor: number, live: Live): Promise<readonly ReplyEntry[]> {
    const recent = live.entries();
    const isAhead = (recent.at(-1)?.seq ?? 0) > cursor;
    // A reset in memory may follow numbers that are still in the log; whoever reads late gets those, too.
    if (isAhead && recent[0]!.seq <= cursor + 1) {
      const start = recent.findIndex(({ seq }) => seq > cursor);
      return withoutOldEnds(recent.slice(start));
    }
    const stored = await this.log.range(messageId, cursor, PAGE + 1);
    const batch = withoutOldEnds(dense(stored, cursor), PAGE);
    if (batch.length === 0 && (stored.length > 0 || isAhead))
      throw new AppError('stream_lost', 'Events of this reply are gone; read the message itself');
    return batch;
  }

  async #waitedInVain(live: Live, cursor: number, signal: AbortSignal): Promise<boolean> {
    if ((live.entries().at(-1)?.seq ?? 0) > cursor) return false;
    const startedAt = performance.now();
    await live.changed(this.watchdogMs, signal);
    return !signal.aborted && performance.now() - startedAt >= this.watchdogMs * 0.9;
  }
}

/** Whether nothing is missing between the cursor and this entry: only a `reset` may skip numbers. */
function continues({ seq, event }: ReplyEntry, cursor: number): boolean {
  return seq <= cursor + 1 || event.type === 'reset';
}

/** Cuts off behind a hole. */
function dense(entries: readonly ReplyEntry[], cursor: number): readonly ReplyEntry[] {
  const hole = entries.findIndex((entry, i) => !continues(entry, entries[i - 1]?.seq ?? cursor));
  return hole < 0 ? entries : entries.slice(0, hole);
}

/** An end that something follows is none: the message was requeued. The entry behind the last one taken says so. */
function withoutOldEnds(entries: readonly ReplyEntry[], take = entries.length): readonly ReplyEntry[] {
  return entries.slice(0, take).filter(({ event }, i) => event.type !== 'end' || i === entries.length - 1);
}
