import { type Candidate, type Strategy, type StrategyTools } from '../strategy.js';
import { drawByWeight } from './draw-by-weight.js';

/** By chance, in proportion to the weights. */
export class WeightedRandom implements Strategy {
  constructor(private readonly tools: StrategyTools) {}

  pick<C extends Candidate>(candidates: readonly C[]): C {
    return drawByWeight(candidates, this.tools.random());
  }
}
