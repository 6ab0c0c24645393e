import { type LaneDecision } from './control-lane.js';
import { type LaneState } from './lane-state.js';
import { type Reason } from './reasons.js';

/** The plan for one lane with what it was made from. */
export interface PlannedLane extends LaneDecision {
  readonly state: LaneState;
  /** Calls at once by the provider's configuration. */
  readonly limit: number;
  readonly running: number;
  readonly waiting: number;
  /** When a worker was last heard. */
  readonly seenAtMs: number;
}

/** A change of the plan, or of what rules it. */
export interface DecisionRecord {
  readonly atMs: number;
  readonly version: number;
  readonly lane: string;
  readonly from: number | null;
  readonly to: number;
  readonly ceiling: number;
  readonly reason: Reason;
  readonly why: string;
}

/** The whole plan and what the next one is made from; plain JSON. */
export interface PlanningState {
  readonly version: number;
  readonly atMs: number;
  readonly lanes: Readonly<Record<string, PlannedLane>>;
  /** Newest first. */
  readonly decisions: readonly DecisionRecord[];
}

export const NO_PLAN: PlanningState = { version: 0, atMs: 0, lanes: {}, decisions: [] };

/** What an operator wants now. */
export interface Orders {
  /** By lane; these win over everything but the provider's own limit. */
  readonly slots: Readonly<Record<string, number>>;
  /** Every other lane stays as it is. */
  readonly frozen: boolean;
}

export const NO_ORDERS: Orders = { slots: {}, frozen: false };

/** The plan as another leader takes it over: how much arrived and ended meanwhile, nobody has counted. */
export function resumed(plan: PlanningState): PlanningState {
  const lanes = Object.entries(plan.lanes).map(([lane, { state, ...rest }]) => {
    const flow = { ...state.flow, inside: null };
    return [lane, { ...rest, state: { ...state, flow } }] as const;
  });
  return { ...plan, lanes: Object.fromEntries(lanes) };
}

export function slotsOf({ lanes }: PlanningState): Record<string, number> {
  return Object.fromEntries(Object.entries(lanes).map(([lane, { slots }]) => [lane, slots]));
}

/** Worker processes that these lanes together need; one is always there, or nobody would tell what is needed. */
export function workersFor({ lanes }: PlanningState, slotsPerProcess: number): number {
  const slots = Object.values(lanes).reduce((sum, lane) => sum + lane.slots, 0);
  return Math.max(1, Math.ceil(slots / slotsPerProcess));
}
