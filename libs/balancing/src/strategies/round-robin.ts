import { type Candidate, type Strategy } from '../strategy.js';
import { Turns } from '../turns.js';

/** One after the other, whatever their weights. */
export class RoundRobin implements Strategy {
  readonly #turns = new Turns(() => 1);

  pick<C extends Candidate>(candidates: readonly C[]): C {
    return this.#turns.next(candidates);
  }
}
