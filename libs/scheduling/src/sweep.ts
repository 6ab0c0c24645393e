import { type Clock } from '#runtime';

/** Most batches at a time: the lease of the leader must not run out meanwhile. */
const ROUNDS = 10;

/** After a sweep that found nothing more there is none for so long, since it looks at much to find little. */
const PAUSE_MS = 60_000;

/** Does something in batches until there is nothing more, and then not again for a while. */
export class Sweep {
  #nextAt = 0;

  constructor(private readonly clock: Clock) {}

  /** `work` answers how much it did; answers with the sum. */
  async run(batch: number, work: () => Promise<number>): Promise<number> {
    if (this.clock.now() < this.#nextAt) return 0;
    let sum = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const done = await work();
      sum += done;
      if (done === batch) continue;
      this.#nextAt = this.clock.now() + PAUSE_MS;
      break;
    }
    return sum;
  }
}
