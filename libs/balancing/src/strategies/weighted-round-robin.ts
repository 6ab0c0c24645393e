import { type Candidate, type Strategy } from '../strategy.js';
import { Turns } from '../turns.js';

/** One after the other, by weight. */
export class WeightedRoundRobin implements Strategy {
  readonly #turns = new Turns();

  pick<C extends Candidate>(candidates: readonly C[]): C {
    return this.#turns.next(candidates);
  }
}
