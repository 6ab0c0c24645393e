import { type BalancingSpec } from '#catalog';
import { formatDuration } from '#contracts';
import { type BalancingNow, type KeyNow } from '#endpoints';
import { time } from './sums.js';

export function balancingView(provider: string, { configured, keys, ...now }: BalancingNow) {
  return { provider, ...specView(now), configured: specView(configured), keys: keys.map(keyView) };
}

function specView({ strategy, affinity, affinityTimeoutMs }: BalancingSpec) {
  return { strategy, affinity, affinity_timeout: formatDuration(affinityTimeoutMs) };
}

/** `ends_in` is null also where it rests until it is changed or restored. */
function keyView({ id, weight, reason, forMs }: KeyNow) {
  return {
    id,
    weight,
    status: reason === null ? 'in_use' : 'resting',
    reason,
    ends_in: time(forMs ?? undefined),
  };
}
