import { type Usual } from '../endpoint-load.js';
import { type Candidate, type Strategy, type StrategyTools } from '../strategy.js';
import { drawByWeight } from './draw-by-weight.js';

/** No endpoint's usual time counts as more than this many times the best one's. */
const MOST_ABOVE_BEST = 3;

/** An endpoint that does badly is asked again after this time, as long as that is at most this part of all calls … */
const PROBE_AFTER_MS = 3_000;
const PROBES = 0.04;
/** … and after this time whatever part it is: otherwise little traffic would never find out that it has recovered. */
const PROBE_ANYWAY_MS = 20_000;

/**
 * The better of two that are drawn by weight (power of two choices). Better is what has fewer calls under way for its
 * weight, times how much worse than usual it does. Comparing two only, processes that see the same do not all run to the
 * same endpoint; and one that nobody would choose any more is probed.
 */
export class AdaptiveLoad implements Strategy {
  /** How many probes are allowed; it grows with every call. */
  #allowance = 1;

  constructor(private readonly tools: StrategyTools) {}

  pick<C extends Candidate>(candidates: readonly C[]): C {
    const now = this.tools.now();
    const most = mostUsual(candidates);
    this.#allowance = Math.min(1, this.#allowance + PROBES);
    return this.#probe(candidates, now, most) ?? this.#better(candidates, now, most);
  }

  /** Of those that do badly, the one that has been left alone the longest, when it is time. */
  #probe<C extends Candidate>(candidates: readonly C[], now: number, most: Usual): C | undefined {
    let probe: C | undefined;
    for (const candidate of candidates) {
      const { load } = candidate;
      const isLate = now - load.lastBegun >= (load.waiting > 0 ? PROBE_ANYWAY_MS : PROBE_AFTER_MS);
      if (!isLate || load.pressure(now, most) <= 1) continue;
      if (!probe || load.lastBegun < probe.load.lastBegun) probe = candidate;
    }
    if (!probe || (this.#allowance < 1 && now - probe.load.lastBegun < PROBE_ANYWAY_MS)) return undefined;
    this.#allowance = 0;
    return probe;
  }

  #better<C extends Candidate>(candidates: readonly C[], now: number, most: Usual): C {
    const one = drawByWeight(candidates, this.tools.random());
    if (candidates.length === 1) return one;
    const other = drawByWeight(candidates, this.tools.random(), one);
    const mean = candidates.reduce((sum, { weight }) => sum + weight, 0) / candidates.length;
    const cost = ({ connections, weight, load }: Candidate) =>
      (1 + (connections * mean) / weight) * load.pressure(now, most);
    return cost(other) < cost(one) ? other : one;
  }
}

function mostUsual(candidates: readonly Candidate[]): Usual {
  let [firstToken, interToken] = [Infinity, Infinity];
  for (const { load } of candidates) {
    firstToken = Math.min(firstToken, load.firstToken.usual ?? Infinity);
    interToken = Math.min(interToken, load.interToken.usual ?? Infinity);
  }
  return { firstToken: MOST_ABOVE_BEST * firstToken, interToken: MOST_ABOVE_BEST * interToken };
}
