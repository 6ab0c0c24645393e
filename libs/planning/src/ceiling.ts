import { type LaneSample } from './lane-sample.js';

/** What is known of how many calls an upstream bears. */
export interface Ceiling {
  /** Null: it never said no. */
  readonly value: number | null;
  /** Where it was when the upstream said no. */
  readonly hit: number;
  /** Where the first of several cuts led, or began; up to this the way back is fast. */
  readonly peak: number;
  /** Time in which it was used to the full and did not say no. */
  readonly calmMs: number;
  readonly sinceCutMs: number;
  /** How many calls more were turned away than is tolerated. */
  readonly strain: number;
  /** The most that ran of late: by the time that a no is heard, calls have ended and none were started. */
  readonly recent: number;
}

export const OPEN_CEILING: Ceiling = {
  value: null,
  hit: 0,
  peak: 0,
  calmMs: 0,
  sinceCutMs: 0,
  strain: 0,
  recent: 0,
};

/** Part of the attempts that may be turned away without meaning anything. */
const TOLERATED = 0.01;

/** A cut is due after so many more; of an upstream that is not used to the full more is tolerated. */
const ENOUGH_STRAIN = { full: 1.5, free: 4 };

/** What a cut leaves, at most and at least. */
const CUT = 0.9;
const DEEPEST_CUT = 0.5;

/** What is left of `recent` after one second. */
const RECENT = 0.9;

/** From this part of the ceiling on it is used to the full. */
const FULL = 0.9;

/** Growth per second: far from where the upstream said no, on the way there, and around it. */
const FAST = 0.15;
const MEDIUM = 0.06;
const SLOW = 0.005;

/** So far beyond the place where it said no, the upstream bears more by now. */
const BEYOND = 1.05;

export interface CeilingInput {
  readonly sample: LaneSample;
  readonly seconds: number;
  readonly slots: number;
  /** Mean time that a call holds its slot. */
  readonly heldMs: number;
}

/** The ceiling moves at the pace of the calls, but in these bounds. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;
const paceOf = ({ heldMs }: CeilingInput) => Math.min(Math.max(heldMs, SHORTEST_MS), LONGEST_MS);

/** After one sample: cut where the upstream turned calls away, grown where it is used to the full. */
export function ceilingAfter(before: Ceiling, input: CeilingInput): Ceiling {
  const recent = Math.max(input.sample.running, before.recent * RECENT ** input.seconds);
  return moved({ ...before, recent }, input);
}

function moved(before: Ceiling, input: CeilingInput): Ceiling {
  const { sample, seconds } = input;
  const strain = Math.max(0, before.strain + sample.drops - TOLERATED * sample.ended);
  const ceiling = { ...before, strain, sinceCutMs: before.sinceCutMs + seconds * 1_000 };
  const enough = ENOUGH_STRAIN[isFull(ceiling, input, ceiling.recent) ? 'full' : 'free'];
  if (sample.drops > 0 && strain >= enough) return afterDrops(ceiling, input);
  if (!isFull(ceiling, input, sample.running) || sample.pausedUntilMs > sample.atMs) return ceiling;
  return grown({ ...ceiling, calmMs: ceiling.calmMs + seconds * 1_000 }, input);
}

/** The ceiling that is in force: no higher than what the lane may have. */
export function inForce({ value }: Ceiling, max: number): number {
  return value === null ? max : Math.min(value, max);
}

/** Takes the ceiling below what runs now. */
function cut(ceiling: Ceiling, input: CeilingInput): Ceiling {
  const before = ceiling.value ?? Math.max(input.slots, ceiling.recent);
  const used = Math.min(before, ceiling.recent);
  // The more calls were turned away for each that ran, the further above is the ceiling.
  const part = Math.min(CUT, Math.max(DEEPEST_CUT, 1 - ceiling.strain / used));
  const value = Math.max(1, DEEPEST_CUT * before, part * used);
  const isOpen = ceiling.value === null;
  const first = isOpen || ceiling.calmMs >= paceOf(input);
  // An upstream that never said no, and was not used to the full, has not said how much is too much.
  const unknown = isOpen && !isFull(ceiling, input, ceiling.recent);
  const peak = unknown ? before : first ? value : ceiling.peak;
  const hit = first ? before : ceiling.hit;
  return { ...ceiling, value, hit, peak, calmMs: 0, sinceCutMs: 0, strain: 0 };
}

/** One cut per mean time of a call: before that, what runs was started under the old ceiling. */
function afterDrops(ceiling: Ceiling, input: CeilingInput): Ceiling {
  const again = ceiling.value === null || ceiling.sinceCutMs >= paceOf(input);
  return again ? cut(ceiling, input) : { ...ceiling, calmMs: 0 };
}

function grown(ceiling: Ceiling, input: CeilingInput): Ceiling {
  if (ceiling.value === null || ceiling.calmMs < paceOf(input)) return ceiling;
  const value = ceiling.value * (1 + growthPerSecond(ceiling)) ** input.seconds;
  return value >= input.sample.limit ? { ...ceiling, value: null } : { ...ceiling, value };
}

function growthPerSecond({ value, hit, peak }: Ceiling): number {
  if (value === null || value < peak || value > BEYOND * hit) return FAST;
  return value < CUT * hit ? MEDIUM : SLOW;
}

function isFull({ value }: Ceiling, { slots }: CeilingInput, running: number): boolean {
  return running >= FULL * Math.min(value ?? slots, slots);
}
