import { type Ceiling, ceilingAfter, inForce } from './ceiling.js';
import { observeFlow } from './flow.js';
import { type LaneSample, totalWaiting } from './lane-sample.js';
import { type LaneState, startLane } from './lane-state.js';
import { explain, type Reason } from './reasons.js';
import { STRATEGIES } from './strategies/strategies.js';
import { type Bounds, type PlanningRules } from './strategy.js';

/** What a lane may have from now on, and why. */
export interface LaneDecision {
  readonly slots: number;
  readonly ceiling: number;
  readonly reason: Reason;
  readonly why: string;
}

export interface LaneStep {
  readonly state: LaneState;
  readonly decision: LaneDecision;
}

/** Until a call has ended. */
const ASSUMED_MS = 1_000;

/** One step of the controller for one lane; `before` is undefined for a lane that was never seen. */
export function controlLane(
  before: LaneState | undefined,
  sample: LaneSample,
  rules: PlanningRules,
): LaneStep {
  if (!before) return firstStep(sample, rules);
  const seconds = Math.max(0, sample.atMs - before.flow.atMs) / 1_000;
  const seen = observed(before, sample, seconds);
  const bounds = boundsOf(seen.ceiling, sample, rules);
  const proposal = STRATEGIES[rules.strategy]({ state: seen, sample, seconds, rules, bounds });
  const level = clamp(proposal.level, bounds);
  const changedAtMs = level === before.level ? before.changedAtMs : sample.atMs;
  const state = { ...seen, ...proposal.state, level, changedAtMs };
  return { state, decision: decisionOf(state, sample, bounds, proposal.reason, proposal.wish) };
}

export function boundsOf(ceiling: Ceiling, { limit }: { limit: number }, rules: PlanningRules): Bounds {
  const max = Math.max(1, Math.min(limit, rules.max_slots));
  const min = Math.min(rules.min_slots, max);
  return { min, max, ceiling: Math.max(min, Math.floor(inForce(ceiling, max))) };
}

function firstStep(sample: LaneSample, rules: PlanningRules): LaneStep {
  const fresh = startLane(sample, 1);
  const bounds = boundsOf(fresh.ceiling, sample, rules);
  const level = clamp(
    rules.strategy === 'static' ? bounds.max : Math.max(rules.standby_slots, sample.running),
    bounds,
  );
  const state = { ...fresh, level };
  return { state, decision: decisionOf(state, sample, bounds, 'start', level) };
}

/** What was learnt from the sample, whatever the strategy makes of it. */
function observed(before: LaneState, sample: LaneSample, seconds: number): LaneState {
  const flow = observeFlow(before.flow, sample);
  const input = { sample, seconds, slots: before.level, heldMs: flow.heldMs ?? ASSUMED_MS };
  return { ...before, flow, ceiling: ceilingAfter(before.ceiling, input) };
}

function clamp(level: number, { min, max }: Bounds): number {
  return Math.max(min, Math.min(level, max));
}

function decisionOf(
  { level, flow }: LaneState,
  sample: LaneSample,
  { ceiling }: Bounds,
  reason: Reason,
  wish: number,
): LaneDecision {
  const slots = Math.ceil(level - 1e-9);
  const { arrivals, heldMs } = flow;
  const waiting = totalWaiting(sample.waiting);
  return {
    slots,
    ceiling,
    reason,
    why: explain(reason, { slots, ceiling, wish, arrivals, heldMs, waiting }),
  };
}
