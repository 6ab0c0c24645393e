import { loadConfig } from '#config';
import { type Priority } from '#contracts';
import {
  WorkerPulses,
  NO_ORDERS,
  NO_PLAN,
  planLanes,
  type PlanningRules,
  type PlanningState,
} from '#planning';
import { Random } from '#testing';
import { type Load } from './loads.js';
import { Timeline } from './timeline.js';
import { Upstream, type UpstreamTraits, USUAL } from './upstream.js';
import { SimulatedLane } from './workers.js';

/** One upstream and what is sent to it. */
export interface Scene {
  readonly load: Load;
  /** The most that `load` ever is. */
  readonly peak: number;
  readonly upstream?: Partial<UpstreamTraits>;
  /** Calls at once by the provider's configuration. */
  readonly limit?: number;
  readonly priorityOf?: (random: Random) => Priority;
}

export interface Run {
  readonly seed: number;
  readonly seconds: number;
  readonly rules?: Partial<PlanningRules>;
  readonly scenes: Readonly<Record<string, Scene>>;
}

/** A lane once per second. */
export interface Frame {
  readonly seconds: number;
  readonly slots: number;
  readonly running: number;
  readonly waiting: number;
  readonly ceiling: number;
  readonly drops: number;
  readonly served: number;
}

export interface History {
  readonly frames: readonly Frame[];
  readonly waits: SimulatedLane['waits'];
  readonly final: PlanningState;
}

/** What is not asked for is as the product has it, but with no slots kept ready: the controller alone is looked at. */
export function rulesOf(overrides: Partial<PlanningRules> = {}): PlanningRules {
  return { ...loadConfig({ env: {} }).scheduler, standby_slots: 1, ...overrides };
}

const PROCESSES = 3;
const TICK_MS = 1_000;
const PULSE_MS = 1_000;
/** Until every dispatcher has heard of a plan. */
const APPLY_MS = 50;

/** Upstreams, workers and the controller, by a clock of their own; every seed is one course of events. */
export function simulate({ seed, seconds, rules, scenes }: Run): Record<string, History> {
  const timeline = new Timeline();
  const lanes = Object.entries(scenes).map(([name, scene], i) =>
    // Random numbers of its own: what happens in one lane is the same whatever other lanes there are.
    openLane(name, scene, timeline, new Random(seed * 1_000 + i)),
  );
  const planner = new Planner(lanes, timeline, rulesOf(rules));
  planner.start(new Random(seed));
  timeline.runUntil(seconds * 1_000);
  return planner.histories();
}

function openLane(name: string, scene: Scene, timeline: Timeline, random: Random): SimulatedLane {
  const upstream = new Upstream(timeline, random, { ...USUAL, ...scene.upstream });
  const lane = new SimulatedLane(name, scene.limit ?? 200, upstream, timeline, random, PROCESSES);
  const { load, peak, priorityOf = () => 'normal' as const } = scene;
  // Arrivals at the highest rate, thinned out to the rate of the moment.
  const arrive = () => {
    if (random.next() * peak < load(timeline.now / 1_000)) lane.arrive(priorityOf(random));
    timeline.after(random.exponential(1_000 / peak), arrive);
  };
  timeline.after(random.exponential(1_000 / peak), arrive);
  return lane;
}

/** The scheduler of the product, but for the bus and the database. */
class Planner {
  readonly #pulses = new WorkerPulses();
  readonly #frames = new Map<string, Frame[]>();
  #plan: PlanningState = NO_PLAN;

  constructor(
    private readonly lanes: readonly SimulatedLane[],
    private readonly timeline: Timeline,
    private readonly rules: PlanningRules,
  ) {}

  /** The processes pulse at different moments of the second. */
  start(random: Random): void {
    for (let process = 0; process < PROCESSES; process += 1)
      this.timeline.after(random.next() * PULSE_MS, () => {
        this.timeline.every(PULSE_MS, () => this.#pulse(process));
      });
    this.timeline.every(TICK_MS, () => this.#tick());
  }

  histories(): Record<string, History> {
    return Object.fromEntries(
      this.lanes.map(({ name, waits }) => [
        name,
        { frames: this.#frames.get(name) ?? [], waits, final: this.#plan },
      ]),
    );
  }

  #pulse(process: number): void {
    const lanes = Object.fromEntries(this.lanes.map((lane) => [lane.name, lane.pulse(process)]));
    this.#pulses.observe({ processId: String(process), lanes }, this.timeline.now);
  }

  #tick(): void {
    const atMs = this.timeline.now;
    const waiting = Object.fromEntries(this.lanes.map((lane) => [lane.name, lane.waiting()]));
    const input = { atMs, readings: this.#pulses.read(atMs), waiting, orders: NO_ORDERS };
    // Through JSON, as it goes from one leader to the next.
    this.#plan = JSON.parse(JSON.stringify(planLanes(this.#plan, input, this.rules))) as PlanningState;
    for (const lane of this.lanes) this.#apply(lane);
  }

  #apply(lane: SimulatedLane): void {
    const planned = this.#plan.lanes[lane.name];
    if (!planned) return;
    const { slots, ceiling } = planned;
    this.timeline.after(APPLY_MS, () => {
      lane.slots = slots;
      lane.fill();
    });
    const { running, drops, served } = lane;
    const waiting = Object.values(lane.waiting()).reduce((sum, count) => sum + count, 0);
    const frame = { seconds: this.timeline.now / 1_000, slots, running, waiting, ceiling, drops, served };
    this.#frames.set(lane.name, [...(this.#frames.get(lane.name) ?? []), frame]);
  }
}
