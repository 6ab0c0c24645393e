import { type ReplyEntry } from '#contracts';
import { type Clock } from '#runtime';
import { LiveEntries } from './live-entries.js';
import { type AppendResult, type Live, ReplyLog, type Tail } from './reply-log.js';

interface Log {
  readonly entries: ReplyEntry[];
  readonly live: LiveEntries;
  expiresAt: number;
}

export interface Retention {
  readonly endedMs: number;
  readonly idleMs: number;
}

const SWEEP_MS = 10_000;
const MAX_LOGS = 20_000;

/** Reply logs in the memory of one process: for the embedded profile, where gateway and worker are one. */
export class MemoryReplyLog extends ReplyLog {
  readonly #logs = new Map<string, Log>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(
    private readonly retention: Retention,
    private readonly clock: Clock,
  ) {
    super();
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  append(messageId: string, entries: readonly ReplyEntry[]): Promise<AppendResult> {
    const log = this.#log(messageId);
    const refusal = this.#refusal(log, entries[0]!);
    if (refusal) return Promise.resolve(refusal);
    for (const entry of entries) {
      log.entries.push(entry);
      log.live.push(entry);
    }
    const ended = entries.at(-1)!.event.type === 'end';
    log.expiresAt = this.clock.now() + (ended ? this.retention.endedMs : this.retention.idleMs);
    return Promise.resolve('ok');
  }

  range(messageId: string, after: number, limit: number): Promise<ReplyEntry[]> {
    const entries = this.#logs.get(messageId)?.entries ?? [];
    const start = entries.findIndex(({ seq }) => seq > after);
    return Promise.resolve(start < 0 ? [] : entries.slice(start, start + limit));
  }

  tail(messageId: string): Promise<Tail | undefined> {
    const last = this.#logs.get(messageId)?.entries.at(-1);
    return Promise.resolve(last && { seq: last.seq, ended: last.event.type === 'end' });
  }

  follow(messageId: string): Promise<Live> {
    const log = this.#log(messageId);
    log.live.readers += 1;
    return Promise.resolve({
      entries: () => log.live.entries(),
      changed: (ms, signal) => log.live.changed(ms, signal),
      close: () => {
        log.live.readers -= 1;
        if (log.entries.length === 0 && log.live.readers === 0) this.#logs.delete(messageId);
      },
    });
  }

  /** Drops what is past its time and not being read. */
  sweep(): void {
    const now = this.clock.now();
    for (const [id, log] of this.#logs)
      if (log.expiresAt <= now && log.live.readers === 0) this.#logs.delete(id);
  }

  close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const { live } of this.#logs.values()) live.wake();
    return Promise.resolve();
  }

  /** Past the bound the oldest ended log goes; its reply stays in the ledger. */
  #makeRoom(): void {
    if (this.#logs.size < MAX_LOGS) return;
    for (const [id, { entries, live }] of this.#logs)
      if (entries.at(-1)?.event.type === 'end' && live.readers === 0) {
        this.#logs.delete(id);
        return;
      }
  }

  #refusal(log: Log, first: ReplyEntry): AppendResult | undefined {
    const top = log.entries.at(-1)?.seq ?? 0;
    if (first.seq <= top) return 'taken';
    return first.seq > top + 1 && first.event.type !== 'reset' ? 'lost' : undefined;
  }

  #log(messageId: string): Log {
    let log = this.#logs.get(messageId);
    if (!log) {
      this.#makeRoom();
      log = { entries: [], live: new LiveEntries(), expiresAt: this.clock.now() + this.retention.idleMs };
      this.#logs.set(messageId, log);
    }
    return log;
  }
}
