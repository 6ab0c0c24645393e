import { type ProviderLanes } from '#catalog';
import { formatDuration, type SchedulerSettings, type WorkerSettings } from '#config';
import { AppError, type SchedulerOverride } from '#contracts';
import { type Database } from '#database';
import { type Log } from '#observability';
import {
  changed,
  type DecisionRecord,
  inForceAt,
  type PlanFacts,
  type PlannedLane,
  type PlanningState,
  type StandingOrders,
  workersFor,
} from '#planning';
import { type Clock } from '#runtime';

/** What a gateway shows of the scheduler, and what it passes on to it; both lie in the ledger. */
export class SchedulerBoard {
  constructor(
    private readonly database: Database,
    private readonly facts: PlanFacts,
    private readonly scheduler: SchedulerSettings,
    private readonly workers: WorkerSettings,
    private readonly providers: ProviderLanes,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @throws AppError database_unavailable */
  async show() {
    const [state, orders] = await this.database.answer(() =>
      Promise.all([this.facts.readState(), this.facts.readOrders()]),
    );
    const nowMs = this.clock.now();
    const ageMs = Math.max(0, nowMs - state.atMs);
    return {
      strategy: this.scheduler.value.strategy,
      state: stateOf(state, ageMs, this.scheduler.value),
      version: state.version,
      planned_at: state.atMs === 0 ? null : new Date(state.atMs).toISOString(),
      desired_workers: workersFor(state, this.workers.value.concurrency),
      lanes: Object.fromEntries(
        Object.entries(state.lanes).map(([lane, planned]) => [lane, laneView(planned)]),
      ),
      ...ordersView(orders, nowMs),
      decisions: state.decisions.map(decisionView),
    };
  }

  /** @throws AppError provider_unknown, database_unavailable */
  async order({ slots, frozen, for: forMs }: SchedulerOverride): Promise<void> {
    this.#requireLanes(Object.keys(slots ?? {}));
    const change = { slots, frozen, forMs };
    const orders = await this.database.answer(() =>
      this.facts.changeOrders((before) => changed(before, change, this.clock.now())),
    );
    if (!orders) throw new AppError('database_unavailable', 'Others keep changing the orders; try again');
    this.log.warn({ ...orders }, 'an operator changed what the scheduler must plan');
  }

  #requireLanes(names: readonly string[]): void {
    const { lanes } = this.providers;
    const unknown = names.find((name) => !lanes.includes(name));
    if (unknown === undefined) return;
    throw new AppError('provider_unknown', `There is no provider ${unknown}`, {
      fields: [{ field: `slots.${unknown}`, message: `must be one of ${lanes.join(', ')}` }],
    });
  }
}

/** `planning`: a leader plans; `holding`: none was heard for a while, the plan stays; `safe`: the safe default applies. */
function stateOf({ atMs }: PlanningState, ageMs: number, rules: SchedulerSettings['value']): string {
  if (atMs === 0) return 'starting';
  if (ageMs > rules.safe_after) return 'safe';
  // The plan is written every five seconds at least.
  return ageMs > rules.hold_after + 5_000 ? 'holding' : 'planning';
}

function laneView({ slots, ceiling, limit, running, waiting, reason, why }: PlannedLane) {
  return { slots, ceiling, limit, running, waiting, reason, why };
}

function decisionView({ atMs, ...decision }: DecisionRecord) {
  return { at: new Date(atMs).toISOString(), ...decision };
}

function ordersView(orders: StandingOrders, nowMs: number) {
  const { slots, frozen } = inForceAt(orders, nowMs);
  const leftOf = (untilMs: number | null | undefined) =>
    untilMs == null ? null : formatDuration(Math.max(0, untilMs - nowMs));
  return {
    override: Object.entries(slots).map(([lane, count]) => ({
      lane,
      slots: count,
      ends_in: leftOf(orders.slots[lane]?.untilMs),
    })),
    frozen,
    frozen_ends_in: frozen ? leftOf(orders.frozen?.untilMs) : null,
  };
}
