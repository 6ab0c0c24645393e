import { type PGlite } from '@electric-sql/pglite';
import { type QueryResult } from '../pool.js';
import { type SyncedFiles } from './synced-files.js';
import { type WriteAheadLog } from './write-ahead-log.js';

/** The embedded database crashed, as a Postgres server does when it can't write its log. It is opened anew. */
export class DatabaseCrashedError extends Error {
  override readonly name = 'DatabaseCrashedError';
  /** SQLSTATE `crash_shutdown`. */
  readonly code = '57P02';

  constructor(cause: unknown) {
    const reason = (cause as Error).message;
    super(`The embedded database stopped: ${reason}. It is opened anew; is the disk of DATA_DIR full?`, {
      cause,
    });
  }
}

/** What ends a server process of Postgres. */
const ENDS_SERVER = new Set(['FATAL', 'PANIC']);

/** One life of the embedded database, from its opening to its end or its crash, after which nothing may be asked of it. */
export class EmbeddedSession {
  #crash: DatabaseCrashedError | undefined;

  constructor(
    private readonly database: PGlite,
    private readonly files: SyncedFiles,
    private readonly log: WriteAheadLog,
  ) {}

  get crash(): DatabaseCrashedError | undefined {
    return this.#crash;
  }

  /** @throws DatabaseCrashedError now and from now on, and errors of the statement itself */
  async run(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    if (this.#crash) throw this.#crash;
    let result;
    try {
      result = await this.#run(text, values);
    } catch (error) {
      throw this.#isEnd(error) ? this.#crashed(error) : error;
    }
    if (this.log.failure) throw this.#crashed(this.log.failure);
    return result;
  }

  /** Waits until everything that was committed so far is on the disk. */
  async onDisk(): Promise<void> {
    try {
      await this.log.onDisk();
    } catch (error) {
      throw this.#crashed(error);
    }
  }

  async close(): Promise<void> {
    if (this.#crash) return;
    await this.database.close();
    await this.log.close();
  }

  async #run(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    const results = values?.length
      ? [await this.database.query(text, [...values])]
      : await this.database.exec(text);
    const last = results.at(-1) as (QueryResult & { affectedRows?: number }) | undefined;
    return {
      rows: last?.rows ?? [],
      rowCount: last?.rowCount ?? last?.affectedRows ?? 0,
      command: last?.command ?? '',
    };
  }

  /** WebAssembly that was left in the middle of something waits for itself forever when it is called again. */
  #isEnd(error: unknown): boolean {
    const { severity, name } = error as { severity?: string; name?: string };
    return ENDS_SERVER.has(severity ?? '') || name === 'RuntimeError' || this.log.failure !== undefined;
  }

  #crashed(error: unknown): DatabaseCrashedError {
    if (this.#crash) return this.#crash;
    this.#crash = new DatabaseCrashedError(error);
    // The next one opens the same files; what cannot be closed goes with the process.
    void Promise.allSettled([this.files.closeFs(), this.log.close()]);
    return this.#crash;
  }
}
