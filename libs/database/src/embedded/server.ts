import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseCrashedError, type EmbeddedSession } from './session.js';

/** Between two tries to open a database that crashed; each takes the thread for about a second. */
const TRY_EVERY_MS = 5_000;

/** The embedded database over its crashes: opened anew after each, as a Postgres server starts its processes again. */
export class EmbeddedServer {
  #session: EmbeddedSession;
  #opening: Promise<void> | undefined;
  #whyNot: DatabaseCrashedError | undefined;
  readonly #closed = new AbortController();

  constructor(
    first: EmbeddedSession,
    private readonly open: () => Promise<EmbeddedSession>,
    /** Told of the crash, and of each try to open it anew that failed. */
    private readonly onCrash: (error: DatabaseCrashedError) => void,
  ) {
    this.#session = first;
  }

  /** @throws DatabaseCrashedError while there is none */
  get session(): EmbeddedSession {
    const { crash } = this.#session;
    if (!crash) return this.#session;
    this.#opening ??= this.#openAnew(crash);
    throw this.#whyNot ?? crash;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#opening;
    await this.#session.close();
  }

  async #openAnew(crash: DatabaseCrashedError): Promise<void> {
    const { signal } = this.#closed;
    this.onCrash(crash);
    while (!signal.aborted) {
      try {
        this.#session = await this.open();
        this.#whyNot = undefined;
        break;
      } catch (error) {
        this.#whyNot = new DatabaseCrashedError(error);
        this.onCrash(this.#whyNot);
      }
      await delay(TRY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#opening = undefined;
  }
}
