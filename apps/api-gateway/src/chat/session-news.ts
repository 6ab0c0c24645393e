import { type StreamSettings } from '#config';
import { type ControlEvents, type Session, type SessionEnd } from '#contracts';
import { nameOf, type SessionTurns } from '#conversations';
import { type Log } from '#observability';
import { Ticker } from '#runtime';

/** Sessions that are looked at in one query. */
const PAGE = 1_000;

/** What one reader of a session hears. */
export class SessionReader {
  #isNews = false;
  #wake: (() => void) | undefined;

  constructor(readonly onEnd: (end: SessionEnd) => void) {}

  /** Resolves when there are news since the last time, after `ms`, or with the signal; answers whether there are. */
  changed(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve(this.#isNews);
        this.#isNews = false;
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      if (this.#isNews || signal.aborted) done();
    });
  }

  ring(): void {
    this.#isNews = true;
    this.#wake?.();
  }
}

interface Followed {
  readonly session: Session;
  readonly readers: Set<SessionReader>;
  /** As the ledger had them when it was last asked. */
  turns: number;
}

/**
 * Tells the readers of this process that their session has one more message, or has ended. The control bus says so at
 * once, from whichever gateway; what it loses is found in the ledger, which is asked for all sessions together.
 */
export class SessionNews {
  readonly #followed = new Map<string, Followed>();
  readonly #ticker: Ticker;

  constructor(
    private readonly turns: SessionTurns,
    settings: StreamSettings,
    log: Log,
  ) {
    this.#ticker = new Ticker(
      settings.value.heartbeat,
      () => this.look(),
      (err) => log.debug({ err }, 'sessions were not looked at'),
    );
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  follow(session: Session, onEnd: (end: SessionEnd) => void): SessionReader {
    const name = nameOf(session);
    const followed = this.#followed.get(name) ?? { session, readers: new Set(), turns: 0 };
    const reader = new SessionReader(onEnd);
    followed.readers.add(reader);
    this.#followed.set(name, followed);
    return reader;
  }

  leave(session: Session, reader: SessionReader): void {
    const name = nameOf(session);
    const followed = this.#followed.get(name);
    followed?.readers.delete(reader);
    if (followed?.readers.size === 0) this.#followed.delete(name);
  }

  hear({ tenantId, id, ended }: ControlEvents['session.changed']): void {
    const followed = this.#followed.get(nameOf({ tenantId, id }));
    for (const reader of followed?.readers ?? []) {
      if (ended) reader.onEnd(ended);
      else reader.ring();
    }
  }

  /** Asks the ledger for what nobody told. */
  async look(): Promise<void> {
    const all = [...this.#followed.values()];
    for (let i = 0; i < all.length; i += PAGE) await this.#compare(all.slice(i, i + PAGE));
  }

  async #compare(page: readonly Followed[]): Promise<void> {
    const progress = await this.turns.progress(page.map(({ session }) => session));
    for (const followed of page) {
      const { tenantId, id } = followed.session;
      const turns = progress.get(nameOf(followed.session));
      if (turns === undefined) this.hear({ tenantId, id, ended: 'closed' });
      else if (turns !== followed.turns) {
        followed.turns = turns;
        this.hear({ tenantId, id });
      }
    }
  }
}
