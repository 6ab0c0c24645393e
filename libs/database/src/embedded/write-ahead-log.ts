import { type Disk } from './disk.js';

/** The disk did not take the log of the embedded database, so nothing may be committed to it any more. */
export class LogNotOnDiskError extends Error {
  override readonly name = 'LogNotOnDiskError';
  /** SQLSTATE `io_error`. */
  readonly code = '58030';
}

interface Segment {
  readonly path: string;
  readonly fd: number;
}

/**
 * The write-ahead log of the embedded database on its way to the disk. The database writes a commit into the log and
 * asks for it to be on the disk; it goes on at once, and whoever committed is answered when it is. Commits that come
 * while the disk is busy share the next trip (group commit).
 */
export class WriteAheadLog {
  #segment: Segment | undefined;
  #asked = 0;
  #reached = 0;
  #syncing: Promise<void> | undefined;
  #failure: LogNotOnDiskError | undefined;

  constructor(private readonly disk: Disk) {}

  get failure(): LogNotOnDiskError | undefined {
    return this.#failure;
  }

  /** Whether the log holds something that the disk does not. */
  get isBehind(): boolean {
    return this.#reached < this.#asked;
  }

  /** Nothing is said to be on the disk before this is, which the log rests on. */
  restOn(other: Promise<void>): void {
    this.#syncing = other
      .catch((error: unknown) => void this.fail(error))
      .finally(() => (this.#syncing = undefined));
  }

  /** What was written into this segment has to be on the disk before somebody hears of it. */
  ask(path: string): void {
    if (this.#segment?.path !== path) this.#turnTo(path);
    this.#asked += 1;
  }

  /**
   * Waits until everything that was asked for so far is on the disk.
   *
   * @throws LogNotOnDiskError from the first failure on, always: the log may have a hole
   */
  async onDisk(): Promise<void> {
    const upTo = this.#asked;
    while (this.#reached < upTo && !this.#failure) await (this.#syncing ??= this.#sync());
    if (this.#failure) throw this.#failure;
  }

  /** The same without giving the thread away, for what may reach the disk only after the log. */
  syncNow(): void {
    if (!this.isBehind || !this.#segment) return;
    try {
      this.disk.syncNow(this.#segment.fd);
    } catch (error) {
      throw this.fail(error);
    }
    this.#reached = this.#asked;
  }

  /** A disk that failed once may have forgotten what it was given, and says so only once (fsync(2)). */
  fail(cause: unknown): LogNotOnDiskError {
    if (cause instanceof LogNotOnDiskError) return (this.#failure ??= cause);
    this.#failure ??= new LogNotOnDiskError(
      `The disk did not take the log of the database: ${(cause as Error).message}`,
      { cause },
    );
    return this.#failure;
  }

  async close(): Promise<void> {
    if (!this.#failure) this.syncNow();
    await this.#syncing;
    this.#closeSegment();
  }

  async #sync(): Promise<void> {
    const upTo = this.#asked;
    try {
      await this.disk.sync(this.#segment!.fd);
      this.#reached = Math.max(this.#reached, upTo);
    } catch (error) {
      this.fail(error);
    } finally {
      this.#syncing = undefined;
    }
  }

  #turnTo(path: string): void {
    this.syncNow();
    this.#closeSegment();
    this.#segment = { path, fd: this.disk.open(path) };
  }

  /** Not before a sync of it that is under way has ended. */
  #closeSegment(): void {
    const last = this.#segment;
    this.#segment = undefined;
    if (last) void Promise.resolve(this.#syncing).finally(() => this.disk.close(last.fd));
  }
}
