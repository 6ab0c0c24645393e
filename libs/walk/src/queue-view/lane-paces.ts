import { type ConcurrencyPlan, type LanePulse, PRIORITIES, type WorkerPulse } from '#contracts';
import { type Counts } from '#queue';
import { type LaneOutlook, NONE } from './estimate-wait.js';
import { LaneHistory, type LaneTotals } from './lane-history.js';

/** A worker that has not told of itself for this long is not counted. */
const PULSE_LIFE_MS = 3_500;

/** A plan that is older says nothing any more. */
const PLAN_LIFE_MS = 60_000;

interface Heard {
  readonly pulse: WorkerPulse;
  readonly atMs: number;
}

interface Lane {
  totals: LaneTotals;
  /** What workers had done before they were first heard of: good for the mean time, not for rates. */
  before: { ended: number; busyMs: number };
  readonly history: LaneHistory;
}

/** How fast each lane works, from the pulses of all workers and the plan of the scheduler. */
export class LanePaces {
  readonly #heard = new Map<string, Heard>();
  readonly #lanes = new Map<string, Lane>();
  #plan: ConcurrencyPlan | undefined;
  #planAtMs = -Infinity;

  observe(pulse: WorkerPulse, nowMs: number): void {
    const earlier = this.#heard.get(pulse.processId)?.pulse.lanes;
    for (const [name, counters] of Object.entries(pulse.lanes)) {
      const lane = this.#lane(name);
      const before = earlier?.[name];
      if (before) lane.totals = plus(lane.totals, counters, before);
      else
        lane.before = {
          ended: lane.before.ended + counters.ended,
          busyMs: lane.before.busyMs + counters.busyMs,
        };
    }
    this.#heard.set(pulse.processId, { pulse, atMs: nowMs });
  }

  plan(plan: ConcurrencyPlan, nowMs: number): void {
    this.#plan = plan;
    this.#planAtMs = nowMs;
  }

  /** Once a second, with what waits then. */
  sample(waiting: Readonly<Record<string, Counts>>, nowMs: number): void {
    for (const [id, { atMs }] of this.#heard) if (nowMs - atMs > PULSE_LIFE_MS) this.#heard.delete(id);
    for (const name of new Set([...this.#lanes.keys(), ...Object.keys(waiting)])) {
      const { history, totals } = this.#lane(name);
      history.add(nowMs, totals, waiting[name] ?? NONE);
    }
  }

  outlook(name: string, nowMs: number): Omit<LaneOutlook, 'overdue'> {
    const pulses = [...this.#heard.values()].flatMap(({ pulse }) => pulse.lanes[name] ?? []);
    const slots = this.#slots(name, pulses, nowMs);
    const { history, before, totals } = this.#lane(name);
    const { endedPerSecond, meanMs = meanOf(before, totals), starts, steady } = history.rates();
    return {
      slots,
      running: pulses.reduce((sum, { running }) => sum + running, 0),
      perSecond: endedPerSecond ?? (meanMs === undefined ? undefined : (slots * 1_000) / Math.max(1, meanMs)),
      meanMs,
      starts,
      steady: steady && endedPerSecond !== undefined,
      heldMs: Math.max(0, ...pulses.map(({ pausedUntilMs }) => pausedUntilMs - nowMs)),
    };
  }

  #slots(name: string, pulses: readonly LanePulse[], nowMs: number): number {
    const limit = Math.max(0, ...pulses.map((pulse) => pulse.limit));
    const planned = nowMs - this.#planAtMs > PLAN_LIFE_MS ? undefined : this.#plan?.slots[name];
    return Math.min(limit, planned ?? limit);
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const totals = { ended: 0, busyMs: 0, started: NONE };
    const fresh = { totals, before: { ended: 0, busyMs: 0 }, history: new LaneHistory() };
    this.#lanes.set(name, fresh);
    return fresh;
  }
}

function plus(totals: LaneTotals, now: LanePulse, before: LanePulse): LaneTotals {
  const rise = (from: number, to: number) => Math.max(0, to - from);
  const started = PRIORITIES.map((band) => [
    band,
    totals.started[band] + rise(before.started[band], now.started[band]),
  ]);
  return {
    ended: totals.ended + rise(before.ended, now.ended),
    busyMs: totals.busyMs + rise(before.busyMs, now.busyMs),
    started: Object.fromEntries(started) as unknown as Counts,
  };
}

function meanOf(
  before: { ended: number; busyMs: number },
  { ended, busyMs }: LaneTotals,
): number | undefined {
  const all = before.ended + ended;
  return all > 0 ? (before.busyMs + busyMs) / all : undefined;
}
