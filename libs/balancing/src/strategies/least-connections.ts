import { type Candidate, type Strategy } from '../strategy.js';
import { Turns } from '../turns.js';

/** Where the fewest calls are under way for its weight; those that are equal take turns. */
export class LeastConnections implements Strategy {
  readonly #turns = new Turns();

  pick<C extends Candidate>(candidates: readonly C[]): C {
    const least = Math.min(...candidates.map(fullness));
    return this.#turns.next(candidates.filter((candidate) => fullness(candidate) === least));
  }
}

function fullness({ connections, weight }: Candidate): number {
  return connections / weight;
}
