/** A free worker has claimed a message long before this; then there is nothing left to note. */
const DELAY_MS = 50;

/** With this many unwritten, whoever adds waits. */
const MAX_WAITING = 2_000;

/**
 * Notes in the ledger which messages are in the schedule, a moment after they went in. At once, the note and the
 * claim of a free worker would wait for each other on the same row, and the note would be one more version of it.
 */
export class LateMarks {
  #ids: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** What `write` cannot note stays unnoted: the reconciler then brings the message once more. */
  constructor(
    private readonly write: (ids: readonly string[]) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  async add(ids: readonly string[]): Promise<void> {
    this.#ids.push(...ids);
    this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS);
    if (this.#ids.length >= MAX_WAITING) await this.flush();
  }

  /** Writes what is there now; resolves when it is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = this.#ids;
    this.#ids = [];
    if (ids.length > 0) this.#writing = this.#writing.then(() => this.write(ids)).catch(this.onError);
    return this.#writing;
  }
}
