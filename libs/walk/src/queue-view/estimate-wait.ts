import { PRIORITIES, type Priority } from '#contracts';
import { type Counts } from '#queue';

/** Shares of the bands behind realtime while all of them have work. */
export const BAND_WEIGHTS = { high: 8, normal: 4, low: 1 } as const;

/** Past this part of its band's maximum wait a message goes before those of better bands. */
export const OVERDUE = 0.75;

export type Weighted = keyof typeof BAND_WEIGHTS;

export const WEIGHTED = Object.keys(BAND_WEIGHTS) as Weighted[];

export const NONE: Counts = { realtime: 0, high: 0, normal: 0, low: 0 };

/** What is known of a lane when somebody asks how long a message will wait in it. */
export interface LaneOutlook {
  /** Calls that may run at once, over all processes; 0: no worker was heard of. */
  readonly slots: number;
  readonly running: number;
  /** Messages that all slots together end in a second; undefined: nothing is known yet. */
  readonly perSecond: number | undefined;
  /** Mean time that a message holds its slot. */
  readonly meanMs: number | undefined;
  /** Messages that were started in a second, lately. */
  readonly starts: Counts;
  /** The band whose next message has waited for too long, by its own measure. */
  readonly overdue: Weighted | undefined;
  /** The same bands had a backlog all this time, so that what they started is what they get. */
  readonly steady: boolean;
  /** The upstream takes nothing for so long. */
  readonly heldMs: number;
}

type Speed = Pick<LaneOutlook, 'starts' | 'overdue'> & { readonly perSecond: number };

/**
 * How long a message waits that has `ahead` others of its band before it. `waiting`: how many wait in the other bands.
 * Undefined when nobody can know.
 */
export function estimateWaitMs(
  lane: LaneOutlook,
  waiting: Counts,
  priority: Priority,
  ahead: number,
): number | undefined {
  if (lane.slots === 0) return undefined;
  const better = PRIORITIES.slice(0, PRIORITIES.indexOf(priority));
  const first = better.reduce((sum, band) => sum + waiting[band], ahead);
  if (first + lane.running < lane.slots) return Math.round(lane.heldMs);
  const { perSecond, starts } = lane;
  if (perSecond === undefined) return undefined;
  const seconds =
    lane.steady && starts[priority] > 0
      ? (ahead + 1) / starts[priority]
      : secondsUntil(ahead + 1, waiting, priority, { ...lane, perSecond });
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000 + lane.heldMs) : undefined;
}

/**
 * The dispatcher as a fluid: realtime first, the others by their weights while they have a backlog, and whoever has
 * none takes what arrives, as much as was started of it lately. Each step lasts until some band has run empty.
 */
function secondsUntil(starts: number, waiting: Counts, own: Priority, lane: Speed): number {
  const left = { ...waiting, [own]: starts };
  let seconds = 0;
  for (;;) {
    const served = servedPerSecond(left, lane);
    const others = PRIORITIES.filter((band) => band !== own && left[band] > 0);
    const emptied = others.map((band) => timeFor(left[band], served[band] - lane.starts[band]));
    const step = Math.min(timeFor(left[own], served[own]), ...emptied);
    seconds += step;
    if (step === timeFor(left[own], served[own])) return seconds;
    left[own] -= served[own] * step;
    for (const band of others) left[band] = drained(left[band], (served[band] - lane.starts[band]) * step);
  }
}

function timeFor(amount: number, perSecond: number): number {
  return perSecond > 0 ? amount / perSecond : Infinity;
}

/** What is hardly there counts as gone, or rounding would make steps without end. */
function drained(before: number, by: number): number {
  return before - by > 1e-6 * before ? before - by : 0;
}

/** Of the slots behind realtime a band that is overdue gets every second one, should its share be smaller. */
function servedPerSecond(left: Counts, lane: Speed): Record<Priority, number> {
  const demand = (band: Priority) => (left[band] > 0 ? Infinity : lane.starts[band]);
  const realtime = Math.min(lane.perSecond, demand('realtime'));
  const rest = lane.perSecond - realtime;
  const fair = { ...NONE, ...shared(rest, WEIGHTED, demand), realtime };
  const { overdue } = lane;
  const promoted = overdue ? Math.min(demand(overdue), rest / 2) : 0;
  if (!overdue || fair[overdue] >= promoted) return fair;
  const others = WEIGHTED.filter((band) => band !== overdue);
  return { ...fair, ...shared(rest - promoted, others, demand), [overdue]: promoted };
}

function shared(
  rest: number,
  bands: readonly Weighted[],
  demand: (band: Priority) => number,
): Partial<Counts> {
  const wish = (band: Weighted) => demand(band) / BAND_WEIGHTS[band];
  let weight = bands.reduce((sum, band) => sum + BAND_WEIGHTS[band], 0);
  const served: Partial<Record<Priority, number>> = {};
  // Those that want less than their share first: what they leave is for the others.
  for (const band of bands.toSorted((a, b) => wish(a) - wish(b) || 0)) {
    served[band] = Math.min(demand(band), (rest * BAND_WEIGHTS[band]) / weight);
    rest -= served[band];
    weight -= BAND_WEIGHTS[band];
  }
  return served;
}
