import { type BalancingSpec } from '#catalog';
import { type Strategy, type StrategyTools } from '../strategy.js';
import { AdaptiveLoad } from './adaptive-load.js';
import { IpHash } from './ip-hash.js';
import { LeastConnections } from './least-connections.js';
import { PriorityBased } from './priority-based.js';
import { RoundRobin } from './round-robin.js';
import { WeightedRandom } from './weighted-random.js';
import { WeightedRoundRobin } from './weighted-round-robin.js';

export type StrategyName = BalancingSpec['strategy'];

const STRATEGIES: Readonly<Record<StrategyName, (tools: StrategyTools) => Strategy>> = {
  round_robin: () => new RoundRobin(),
  weighted_round_robin: () => new WeightedRoundRobin(),
  weighted_random: (tools) => new WeightedRandom(tools),
  least_connections: () => new LeastConnections(),
  adaptive_load: (tools) => new AdaptiveLoad(tools),
  ip_hash: (tools) => new IpHash(tools),
  priority_based: () => new PriorityBased(),
};

/** A new strategy of this name, which remembers nothing yet. */
export function createStrategy(name: StrategyName, tools: StrategyTools): Strategy {
  return STRATEGIES[name](tools);
}
