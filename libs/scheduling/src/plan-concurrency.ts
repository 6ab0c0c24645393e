import { type SchedulerSettings, type WorkerSettings } from '#config';
import { type WorkerPulse } from '#contracts';
import { type ControlBus } from '#control';
import { type Metrics } from '#observability';
import {
  inForceAt,
  type PlanFacts,
  planLanes,
  type PlanningState,
  resumed,
  slotsOf,
  workersFor,
  WorkerPulses,
} from '#planning';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';
import { type OpenBacklog } from './open-backlog.js';

/** Without a change the plan is written this often, so that whoever shows it can tell that somebody plans. */
const WRITE_EVERY_MS = 5_000;

/**
 * Plans how many calls each upstream may run, from what the workers tell and what waits, and tells it every process. The
 * plan lies in the ledger too: another leader goes on from there.
 */
export class PlanConcurrency implements Duty {
  readonly name = 'plan';
  readonly #pulses = new WorkerPulses();
  #state: PlanningState | undefined;
  #writtenAtMs = 0;
  #performedAtMs = 0;

  constructor(
    private readonly backlog: OpenBacklog,
    private readonly facts: PlanFacts,
    private readonly bus: ControlBus,
    private readonly scheduler: SchedulerSettings,
    private readonly workers: WorkerSettings,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  observe(pulse: WorkerPulse): void {
    this.#pulses.observe(pulse, this.clock.now());
  }

  async perform(): Promise<void> {
    const atMs = this.clock.now();
    const before = await this.#before(atMs);
    const [orders, waiting] = await Promise.all([this.facts.readOrders(), this.backlog.waiting()]);
    const input = { atMs, readings: this.#pulses.read(atMs), waiting, orders: inForceAt(orders, atMs) };
    const state = planLanes(before, input, this.scheduler.value);
    this.#state = state;
    this.#performedAtMs = atMs;
    this.bus.publish('scheduler.plan', { version: state.version, atMs, slots: slotsOf(state) });
    this.#count(state);
    if (worthWriting(before, state) || atMs - this.#writtenAtMs >= WRITE_EVERY_MS) await this.#write(state);
  }

  /** Whoever has not led for a while goes on from where the last leader was. */
  async #before(nowMs: number): Promise<PlanningState> {
    const { lease } = this.scheduler.value;
    if (this.#state && nowMs - this.#performedAtMs < lease) return this.#state;
    // What was heard as a follower is not of the time since that plan was made.
    this.#pulses.read(nowMs);
    return resumed(await this.facts.readState());
  }

  /** An autoscaler that reads every process must not find the plan of one that leads no more. */
  retire(): void {
    this.metrics.desiredSlots.reset();
    this.metrics.ceiling.reset();
    this.metrics.desiredWorkers.set(0);
    this.metrics.plannedAt.set(0);
  }

  async #write(state: PlanningState): Promise<void> {
    await this.facts.writeState(state);
    this.#writtenAtMs = state.atMs;
  }

  #count(state: PlanningState): void {
    this.metrics.desiredSlots.reset();
    this.metrics.ceiling.reset();
    for (const [lane, { slots, ceiling }] of Object.entries(state.lanes)) {
      this.metrics.desiredSlots.set({ lane }, slots);
      this.metrics.ceiling.set({ lane }, ceiling);
    }
    this.metrics.plannedAt.set(state.atMs / 1_000);
    this.metrics.desiredWorkers.set(workersFor(state, this.workers.value.concurrency));
  }
}

function worthWriting(before: PlanningState, after: PlanningState): boolean {
  return before.version !== after.version || before.decisions[0] !== after.decisions[0];
}
