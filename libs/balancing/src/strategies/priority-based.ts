import { type Candidate, type Strategy } from '../strategy.js';
import { Turns } from '../turns.js';

/** Always the lowest number that is there; those of one number take turns by weight. */
export class PriorityBased implements Strategy {
  readonly #turns = new Turns();

  pick<C extends Candidate>(candidates: readonly C[]): C {
    const first = Math.min(...candidates.map(({ priority }) => priority));
    return this.#turns.next(candidates.filter(({ priority }) => priority === first));
  }
}
