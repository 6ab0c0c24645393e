import { type Log } from '#observability';

/** What was opened last is closed first; one that fails does not keep the others open. */
export class Closers {
  readonly #closers: { name: string; close: () => Promise<void> | void }[] = [];

  constructor(private readonly log: Log) {}

  add(name: string, close: () => Promise<void> | void): void {
    this.#closers.push({ name, close });
  }

  async closeAll(): Promise<void> {
    for (const { name, close } of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (err) {
        this.log.warn({ err, component: name }, 'did not close cleanly');
      }
    }
  }
}
