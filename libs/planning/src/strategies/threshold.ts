import { totalWaiting } from '../lane-sample.js';
import { type LaneView, type Proposal } from '../strategy.js';

const BUSY = 0.8;
const IDLE = 0.2;

/** One slot more above 80 % load or while anything waits, one fewer below 20 %, then nothing for the cooldown. */
export function threshold({ state, sample, rules, bounds }: LaneView): Proposal {
  const { level, changedAtMs } = state;
  const load = sample.running / Math.max(1, level);
  const waits = totalWaiting(sample.waiting) > 0;
  const steady = { level, wish: level, reason: 'steady' } as const;
  if (Math.abs(sample.atMs - changedAtMs) < rules.threshold_cooldown) return steady;
  if ((load > BUSY || waits) && level < bounds.max)
    return { level: level + 1, wish: level + 1, reason: 'load_rose' };
  if (load < IDLE && !waits && level > bounds.min)
    return { level: level - 1, wish: level - 1, reason: 'load_fell' };
  return steady;
}
