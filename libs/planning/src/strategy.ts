import { type Config } from '#config';
import { type LaneSample } from './lane-sample.js';
import { type LaneState } from './lane-state.js';
import { type Reason } from './reasons.js';

export type PlanningRules = Config['scheduler'];

/** What a strategy decides by; flow and ceiling of `state` already know the sample. */
export interface LaneView {
  readonly state: LaneState;
  readonly sample: LaneSample;
  readonly seconds: number;
  readonly rules: PlanningRules;
  readonly bounds: Bounds;
}

export interface Bounds {
  readonly min: number;
  /** By configuration. */
  readonly max: number;
  /** What the upstream bears, at most `max`. */
  readonly ceiling: number;
}

export interface Proposal {
  readonly level: number;
  readonly reason: Reason;
  /** Slots that the load asks for, whatever the bounds say. */
  readonly wish: number;
  readonly state?: Partial<LaneState>;
}

/** How the slots of a lane are chosen: a pure function. */
export type Strategy = (view: LaneView) => Proposal;
