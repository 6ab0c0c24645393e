/**
 * Work that begins only once the process listens: one that cannot take its port must not have taken messages.
 */
export class Starters {
  readonly #starters: (() => Promise<void> | void)[] = [];

  add(start: () => Promise<void> | void): void {
    this.#starters.push(start);
  }

  async startAll(): Promise<void> {
    for (const start of this.#starters.splice(0)) await start();
  }
}
