import { type Log } from '#observability';
import { withDeadline } from './deadline.js';

/** A component that waits for another system to say goodbye is left to the end of the process after this. */
const PATIENCE_MS = 2_000;

/** What was opened last is closed first; one that fails or hangs does not keep the others open. */
export class Closers {
  readonly #closers: { name: string; close: () => Promise<void> | void }[] = [];

  constructor(private readonly log: Log) {}

  add(name: string, close: () => Promise<void> | void): void {
    this.#closers.push({ name, close });
  }

  async closeAll(): Promise<void> {
    for (const { name, close } of this.#closers.splice(0).toReversed()) {
      try {
        await withDeadline(Promise.resolve(close()), PATIENCE_MS, 'internal', `Closing ${name}`);
      } catch (err) {
        this.log.warn({ err, component: name }, 'did not close cleanly');
      }
    }
  }
}
