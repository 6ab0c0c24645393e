import { type Frame, type History } from './simulate.js';

const between = (frames: readonly Frame[], from: number, to: number) =>
  frames.filter(({ seconds }) => seconds > from && seconds <= to);

/**
 * Seconds after `from` until there are, for good, slots for nine tenths of `busy` calls, and 95 % of the messages of
 * each three seconds start within a second.
 */
export function settleSeconds(history: History, busy: number, from: number, to: number): number {
  const short = between(history.frames, from, to).filter(({ slots }) => slots < 0.9 * busy);
  const parts = Array.from({ length: (to - from) / 3 }, (_, i) => from + 3 * i);
  const slow = parts.filter((start) => p95WaitSeconds(history, start, start + 3) > 1);
  const ends = [...slow.map((start) => start + 3), ...short.map(({ seconds }) => seconds)];
  return Math.max(from, ...ends) - from;
}

const within = (at: number, from: number, to: number) => at > from && at <= to;

/** How far above the `wanted` slots the plan went. */
export function overshoot({ frames }: History, wanted: number, from: number, to: number): number {
  return Math.max(...between(frames, from, to).map(({ slots }) => slots)) / wanted - 1;
}

/** Changes of direction per minute. */
export function reversalsPerMinute({ frames }: History, from: number, to: number): number {
  const slots = between(frames, from, to).map((frame) => frame.slots);
  const moves = slots
    .slice(1)
    .map((value, i) => Math.sign(value - slots[i]!))
    .filter((move) => move !== 0);
  const turns = moves.slice(1).filter((move, i) => move !== moves[i]).length;
  return (turns * 60) / (to - from);
}

/** Part of the calls that were turned away. */
export function turnedAway({ frames }: History, from: number, to: number): number {
  const part = between(frames, from, to);
  const [first, last] = [part[0]!, part.at(-1)!];
  const drops = last.drops - first.drops;
  return drops / Math.max(1, drops + last.served - first.served);
}

/** Calls per second that were served. */
export function throughput({ frames }: History, from: number, to: number): number {
  const part = between(frames, from, to);
  const [first, last] = [part[0]!, part.at(-1)!];
  return (last.served - first.served) / (last.seconds - first.seconds);
}

export function p95WaitSeconds({ waits }: History, from: number, to: number): number {
  const some = waits
    .filter(({ arrivedAt }) => within(arrivedAt / 1_000, from, to))
    .map(({ waitMs }) => waitMs);
  return (some.toSorted((a, b) => a - b)[Math.floor(some.length * 0.95)] ?? 0) / 1_000;
}

/** Seconds after `from` until the plan allows at least `slots` again. */
export function recoverySeconds({ frames }: History, slots: number, from: number): number {
  return (frames.find((frame) => frame.seconds > from && frame.slots >= slots)?.seconds ?? Infinity) - from;
}

export function meanSlots({ frames }: History, from: number, to: number): number {
  const part = between(frames, from, to);
  return part.reduce((sum, { slots }) => sum + slots, 0) / part.length;
}
