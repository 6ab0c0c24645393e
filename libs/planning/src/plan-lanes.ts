import { boundsOf, controlLane, type LaneDecision } from './control-lane.js';
import { recordOf, withRecords } from './decision-log.js';
import { LANE_LIFE_MS, type LaneReading } from './worker-pulses.js';
import { type LaneSample, NONE_WAITING, totalWaiting, type Waiting } from './lane-sample.js';
import { type LaneState } from './lane-state.js';
import { type Orders, type PlannedLane, type PlanningState } from './planning-state.js';
import { explain, type Reason } from './reasons.js';
import { type PlanningRules } from './strategy.js';

/** What a plan is made from. */
export interface PlanningInput {
  readonly atMs: number;
  readonly readings: Readonly<Record<string, LaneReading>>;
  readonly waiting: Readonly<Record<string, Waiting>>;
  readonly orders: Orders;
}

/** The next plan: a pure function. Lanes do not influence each other. */
export function planLanes(before: PlanningState, input: PlanningInput, rules: PlanningRules): PlanningState {
  const names = [...new Set([...Object.keys(before.lanes), ...Object.keys(input.readings)])].toSorted();
  const lanes = Object.fromEntries(
    names.flatMap((lane) => {
      const planned = planLane(lane, before.lanes[lane], input, rules);
      return planned ? [[lane, planned] as const] : [];
    }),
  );
  const version = before.version + (sameSlots(before.lanes, lanes) ? 0 : 1);
  const at = { atMs: input.atMs, version };
  const records = Object.entries(lanes).flatMap(
    ([lane, after]) => recordOf(lane, before.lanes[lane], after, at) ?? [],
  );
  return { ...at, lanes, decisions: withRecords(before.decisions, records) };
}

function planLane(
  lane: string,
  before: PlannedLane | undefined,
  input: PlanningInput,
  rules: PlanningRules,
): PlannedLane | undefined {
  const reading = input.readings[lane];
  const seenAtMs = Math.max(before?.seenAtMs ?? 0, reading ? input.atMs - reading.ageMs : 0);
  const ageMs = input.atMs - seenAtMs;
  const fresh = reading && ageMs <= rules.hold_after;
  if (fresh) return obeyed(lane, before, controlled(before, reading, lane, input, rules), input.orders);
  if (!before || ageMs > LANE_LIFE_MS) return undefined;
  return obeyed(lane, before, ageMs > rules.safe_after ? safe(before, rules) : held(before), input.orders);
}

function controlled(
  before: PlannedLane | undefined,
  { ageMs, ...reading }: LaneReading,
  lane: string,
  { atMs, waiting }: PlanningInput,
  rules: PlanningRules,
): PlannedLane {
  const sample: LaneSample = { atMs, waiting: waiting[lane] ?? NONE_WAITING, ...reading };
  const { state, decision } = controlLane(before?.state, sample, rules);
  const { running, limit } = reading;
  return {
    state,
    ...decision,
    limit,
    running,
    waiting: totalWaiting(sample.waiting),
    seenAtMs: atMs - ageMs,
  };
}

function held(before: PlannedLane): PlannedLane {
  return ruled(before, 'metrics_stale', Math.ceil(before.state.level));
}

/** Whatever was known of the lane is too old; the controller goes on from here when the lane is heard again. */
function safe(before: PlannedLane, rules: PlanningRules): PlannedLane {
  const { min, max } = boundsOf(before.state.ceiling, before, rules);
  const level = Math.max(min, Math.min(rules.safe_slots, max));
  const state: LaneState = { ...before.state, level };
  return { ...ruled(before, 'safe_default', level), state };
}

function obeyed(
  lane: string,
  before: PlannedLane | undefined,
  planned: PlannedLane,
  orders: Orders,
): PlannedLane {
  const ordered = Object.hasOwn(orders.slots, lane) ? orders.slots[lane] : undefined;
  if (ordered !== undefined) return ruled(planned, 'override', Math.max(1, Math.min(ordered, planned.limit)));
  if (!orders.frozen || !before) return planned;
  return ruled(planned, 'frozen', Math.min(before.slots, planned.limit));
}

/** The same lane, but its slots are not for the strategy to choose. */
function ruled(planned: PlannedLane, reason: Reason, slots: number): PlannedLane {
  const { ceiling, waiting, state } = planned;
  const { arrivals, heldMs } = state.flow;
  const facts = { slots, ceiling, wish: slots, arrivals, heldMs, waiting };
  return { ...planned, slots, reason, why: explain(reason, facts) } satisfies LaneDecision & PlannedLane;
}

function sameSlots(before: PlanningState['lanes'], after: PlanningState['lanes']): boolean {
  const names = Object.keys(after);
  return (
    names.length === Object.keys(before).length &&
    names.every((lane) => before[lane]?.slots === after[lane]!.slots)
  );
}
