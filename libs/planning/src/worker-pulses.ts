import { type LanePulse, type WorkerPulse } from '#contracts';

/** What the workers told of a lane, the counts since the last reading. */
export interface LaneReading {
  readonly running: number;
  readonly limit: number;
  readonly pausedUntilMs: number;
  readonly ended: number;
  readonly busyMs: number;
  readonly drops: number;
  /** Since the newest pulse. */
  readonly ageMs: number;
}

interface Counters {
  ended: number;
  busyMs: number;
  drops: number;
}

/** A process that is silent for longer runs nothing any more. */
const PULSE_LIFE_MS = 5_000;

/** A lane of which nothing was heard for this long is forgotten. */
export const LANE_LIFE_MS = 3_600_000;

/** Adds up the pulses of all workers. A counter that is seen for the first time only says where it starts. */
export class WorkerPulses {
  readonly #processes = new Map<string, { pulse: WorkerPulse; atMs: number }>();
  readonly #sums = new Map<string, Counters>();
  readonly #lastSeen = new Map<string, { atMs: number; limit: number }>();

  observe(pulse: WorkerPulse, nowMs: number): void {
    const before = this.#processes.get(pulse.processId)?.pulse.lanes;
    for (const [lane, counts] of Object.entries(pulse.lanes)) {
      this.#lastSeen.set(lane, { atMs: nowMs, limit: counts.limit });
      const earlier = before?.[lane];
      if (earlier) this.#add(lane, counts, earlier);
    }
    this.#processes.set(pulse.processId, { pulse, atMs: nowMs });
  }

  read(nowMs: number): Record<string, LaneReading> {
    this.#forget(nowMs);
    const lanes = [...this.#lastSeen.keys()].map((lane) => [lane, this.#reading(lane, nowMs)] as const);
    this.#sums.clear();
    return Object.fromEntries(lanes);
  }

  #add(lane: string, now: LanePulse, before: LanePulse): void {
    const sum = this.#sums.get(lane) ?? { ended: 0, busyMs: 0, drops: 0 };
    sum.ended += Math.max(0, now.ended - before.ended);
    sum.busyMs += Math.max(0, now.busyMs - before.busyMs);
    sum.drops += Math.max(0, now.drops - before.drops);
    this.#sums.set(lane, sum);
  }

  #reading(lane: string, nowMs: number): LaneReading {
    const pulses = [...this.#processes.values()].flatMap(({ pulse }) => pulse.lanes[lane] ?? []);
    const { atMs, limit } = this.#lastSeen.get(lane)!;
    return {
      running: pulses.reduce((sum, { running }) => sum + running, 0),
      limit: pulses.length === 0 ? limit : Math.max(...pulses.map((pulse) => pulse.limit)),
      pausedUntilMs: Math.max(0, ...pulses.map(({ pausedUntilMs }) => pausedUntilMs)),
      ...(this.#sums.get(lane) ?? { ended: 0, busyMs: 0, drops: 0 }),
      ageMs: nowMs - atMs,
    };
  }

  #forget(nowMs: number): void {
    for (const [id, { atMs }] of this.#processes)
      if (nowMs - atMs > PULSE_LIFE_MS) this.#processes.delete(id);
    for (const [lane, { atMs }] of this.#lastSeen)
      if (nowMs - atMs > LANE_LIFE_MS) this.#lastSeen.delete(lane);
  }
}
