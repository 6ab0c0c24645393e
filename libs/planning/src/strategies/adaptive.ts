import { totalWaiting, weightedBacklog } from '../lane-sample.js';
import { type LaneView, type Proposal } from '../strategy.js';
import { addWish, highest } from '../wishes.js';

/** Up or down only when the wish is this far away, so that noise moves nothing. */
const TOLERANCE = 0.1;

/** In one step at most to twice the slots and this many. */
const STEP = 4;

/** Part of the slots that is left after one second on the way down. */
const DOWN = 0.9;

/** While no call has ended its time is only known to be longer than what has passed; not believed beyond this. */
const LONGEST_GUESS_MS = 60_000;

/**
 * Little's law: arrivals × time per call, plus what works the backlog off in `drain_time`, plus headroom. Up at once,
 * down slowly and only after `down_window`, never above what the upstream bears.
 */
export function adaptive(view: LaneView): Proposal {
  const { state, sample, rules, bounds } = view;
  const wish = Math.max(wishOf(view), rules.standby_slots);
  const wishes = addWish(state.wishes, sample.atMs, Math.min(wish, bounds.max), rules.down_window);
  const level = levelFor(view, wish, highest(wishes));
  return { level, wish, reason: reasonOf(view, wish, level), state: { wishes } };
}

function wishOf({ state: { flow, sinceMs }, sample, rules }: LaneView): number {
  const guess = Math.min(Math.max(sample.atMs - sinceMs, 1_000), LONGEST_GUESS_MS);
  const heldMs = flow.heldMs ?? guess;
  const running = Math.max(0, flow.arrivals) * (heldMs / 1_000);
  // One slot for each message that waits is all that can help now, however long calls take.
  const drain = Math.min(
    (weightedBacklog(sample.waiting) * heldMs) / rules.drain_time,
    totalWaiting(sample.waiting),
  );
  return (running + drain) / (1 - rules.headroom);
}

function levelFor(
  { state: { level }, sample, seconds, bounds }: LaneView,
  wish: number,
  most: number,
): number {
  if (level > bounds.ceiling) return bounds.ceiling;
  if (sample.pausedUntilMs > sample.atMs) return level;
  // Messages that wait although every slot is in use are no noise.
  const isShort = sample.running >= Math.ceil(level) && totalWaiting(sample.waiting) > 0;
  if (wish > (isShort ? level : (1 + TOLERANCE) * level))
    return Math.min(wish, 2 * level + STEP, bounds.ceiling);
  return most < (1 - TOLERANCE) * level ? lower(level, most, seconds) : level;
}

/** The last step goes all the way, or it would end where noise is tolerated. */
function lower(level: number, most: number, seconds: number): number {
  const next = level * DOWN ** seconds;
  return most < (1 - TOLERANCE) * next ? next : most;
}

function reasonOf({ state, sample, bounds }: LaneView, wish: number, level: number): Proposal['reason'] {
  if (state.ceiling.sinceCutMs === 0 && state.ceiling.value !== null) return 'turned_away';
  if (sample.pausedUntilMs > sample.atMs) return 'upstream_paused';
  if (wish > bounds.ceiling && level >= bounds.ceiling) return 'at_ceiling';
  if (level > state.level) return 'load_rose';
  return level < state.level ? 'load_fell' : 'steady';
}
