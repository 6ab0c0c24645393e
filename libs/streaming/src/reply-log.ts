import { type ReplyEntry } from '#contracts';

/** `taken`: another writer has the place. `lost`: the log does not reach up to the place before it. */
export type AppendResult = 'ok' | 'taken' | 'lost';

export interface Tail {
  readonly seq: number;
  readonly ended: boolean;
}

/** What has arrived since a reader began to follow, without gaps in itself. */
export interface Live {
  /** The newest entries, dense and ascending; bounded, so older ones must be read from the log. */
  entries(): readonly ReplyEntry[];
  /** Resolves when there is more, after `ms`, or when the signal aborts. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * One append-only log per message. Sequence numbers are chosen by the writer and dense; the log refuses a
 * number that is taken, which is what keeps two writers from mixing. `reply-log.conformance.ts` is the
 * specification.
 */
export abstract class ReplyLog {
  /**
   * Appends entries with consecutive numbers. A log that does not hold the entry before the first one answers
   * `lost`, unless the first one is number 1 or a `reset`.
   * @throws AppError redis_unavailable
   */
  abstract append(messageId: string, entries: readonly ReplyEntry[]): Promise<AppendResult>;
  /** Entries after `seq`, ascending, at most `limit`. */
  abstract range(messageId: string, after: number, limit: number): Promise<ReplyEntry[]>;
  abstract tail(messageId: string): Promise<Tail | undefined>;
  /** Resolves once everything that is appended from now on will be seen. */
  abstract follow(messageId: string): Promise<Live>;
  abstract close(): Promise<void>;
}
