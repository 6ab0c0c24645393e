import { type ReplyEntry } from '#contracts';

/** Most entries kept for readers that are close behind; older ones are read from the log. */
const MAX_ENTRIES = 512;

/** The newest entries of one message, shared by all its readers in this process. */
export class LiveEntries {
  #entries: ReplyEntry[] = [];
  readonly #waiting = new Set<() => void>();
  readers = 0;

  entries(): readonly ReplyEntry[] {
    return this.#entries;
  }

  /** Takes what comes next; after a gap only what follows it is kept, and readers fill the gap from the log. */
  push(entry: ReplyEntry): void {
    const last = this.#entries.at(-1);
    if (last && entry.seq <= last.seq) return;
    if (last && entry.seq !== last.seq + 1) this.#entries = [];
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries = this.#entries.slice(-MAX_ENTRIES / 2);
    this.wake();
  }

  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  changed(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
      if (signal.aborted) done();
    });
  }
}
