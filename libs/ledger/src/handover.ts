/**
 * Messages that were committed together, on their way into the schedule. The ledger remembers it until the last of them has
 * arrived, and whoever dies before that leaves it to the reconciler.
 */
export class Handover {
  #onTheWay = 0;

  constructor(readonly id: string) {}

  add(): void {
    this.#onTheWay += 1;
  }

  /** One more has arrived; whether it was the last. */
  arrive(): boolean {
    this.#onTheWay -= 1;
    return this.#onTheWay === 0;
  }
}
