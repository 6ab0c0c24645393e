import { type Ceiling, OPEN_CEILING } from './ceiling.js';
import { type Flow, startFlow } from './flow.js';
import { type LaneSample } from './lane-sample.js';
import { NO_WISHES, type Wishes } from './wishes.js';

/** All that the controller remembers of a lane; plain JSON, so that the next leader goes on from it. */
export interface LaneState {
  readonly flow: Flow;
  readonly ceiling: Ceiling;
  readonly wishes: Wishes;
  /** Before it is rounded to slots. */
  readonly level: number;
  readonly sinceMs: number;
  /** When `level` last changed. */
  readonly changedAtMs: number;
}

export function startLane(sample: LaneSample, level: number): LaneState {
  return {
    flow: startFlow(sample),
    ceiling: OPEN_CEILING,
    wishes: NO_WISHES,
    level,
    sinceMs: sample.atMs,
    changedAtMs: sample.atMs,
  };
}
