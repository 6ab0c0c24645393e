/** Lets one holder in at a time, in the order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with the function that lets the next one in; calling it twice does no harm. */
  async acquire(): Promise<() => void> {
    const before = this.#last;
    const gate = Promise.withResolvers<void>();
    this.#last = gate.promise;
    await before;
    return gate.resolve;
  }
}
