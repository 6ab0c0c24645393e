import { type LaneSample, totalWaiting } from './lane-sample.js';

/** How fast messages arrive in a lane and how long each holds its slot. */
export interface Flow {
  readonly atMs: number;
  /** Messages in the lane at the last sample, running or waiting; null: what came since is not known. */
  readonly inside: number | null;
  /** Messages per second: of the last seconds, and smoothed. */
  readonly fast: number;
  readonly arrivals: number;
  /** How much of `arrivals` is new after one second. */
  readonly gain: number;
  /** Mean time that an attempt holds its slot; null while none has ended. */
  readonly heldMs: number | null;
}

/** How much of the mean is new after one second. */
const FAST = 0.4;
const SLOW = 0.04;

/** Beyond so many standard deviations a change of the arrivals is no accident. */
const SURPRISE = 4;
const LEAST_DEVIATION = 0.1;

/** The mean time of a call is taken over the attempts of this time, but not over fewer than these. */
const HELD_SECONDS = 15;
const LEAST_HORIZON = 30;

/**
 * Workers and the schedule are not looked at in the same moment, so that a message may be missed once and counted the next
 * time; more than these were deleted or paused, and say nothing about arrivals.
 */
const LARGEST_LAG = 10;

/** After a longer gap what lies between says nothing about the arrivals of now. */
const MAX_GAP_SECONDS = 150;

export function startFlow(sample: LaneSample): Flow {
  return { atMs: sample.atMs, inside: insideOf(sample), fast: 0, arrivals: 0, gain: FAST, heldMs: null };
}

export function observeFlow(flow: Flow, sample: LaneSample): Flow {
  const seconds = (sample.atMs - flow.atMs) / 1_000;
  const inside = insideOf(sample);
  const heldMs = heldAfter(flow, sample);
  // A clock may also have been set back.
  const isGap = flow.inside === null || seconds <= 0 || seconds > MAX_GAP_SECONDS;
  if (isGap) return { ...flow, atMs: sample.atMs, inside, heldMs };
  // What was turned away came back into the lane, it did not arrive.
  const counted = (inside - flow.inside! + sample.ended - sample.drops) / seconds;
  const rate = Math.max(counted, -LARGEST_LAG - sample.running - Math.max(0, flow.fast));
  const fast = flow.fast + share(FAST, seconds) * (rate - flow.fast);
  return { atMs: sample.atMs, inside, fast, ...smoothed(flow, rate, fast, seconds), heldMs };
}

/** What share of a mean is new after `seconds`, if it is `each` after one. */
function share(each: number, seconds: number): number {
  return 1 - (1 - each) ** seconds;
}

/**
 * Smoothed hard, arrivals that are even do not move the plan. A step is followed within seconds all the same: when the
 * last seconds leave the range in which chance would keep them (variance = mean), the mean begins anew.
 */
function smoothed({ arrivals, gain }: Flow, rate: number, fast: number, seconds: number) {
  const usual = arrivals + share(gain, seconds) * (rate - arrivals);
  const hasty = arrivals + share(FAST, seconds) * (fast - arrivals);
  const range = SURPRISE * Math.max(Math.sqrt((Math.max(arrivals, 0) * FAST) / (2 - FAST)), LEAST_DEVIATION);
  if (fast > arrivals + range) return { arrivals: Math.max(usual, hasty), gain: FAST };
  if (fast < arrivals - range) return { arrivals: Math.min(usual, hasty), gain: FAST };
  return { arrivals: usual, gain: Math.max(SLOW, gain / (1 + gain * seconds)) };
}

function heldAfter(flow: Flow, { ended, drops, busyMs }: LaneSample): number | null {
  const served = ended - drops;
  // Where most were turned away, the time tells how fast the upstream says no.
  if (served <= 0 || drops > served) return flow.heldMs;
  const mean = busyMs / served;
  if (flow.heldMs === null) return mean;
  const horizon = Math.max(LEAST_HORIZON, HELD_SECONDS * flow.arrivals);
  return flow.heldMs + share(1 / horizon, served) * (mean - flow.heldMs);
}

function insideOf({ waiting, running }: LaneSample): number {
  return totalWaiting(waiting) + running;
}
