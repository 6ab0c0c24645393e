import { type Counts, type HeadWaits } from '#queue';
import { type LaneOutlook } from './estimate-wait.js';

/** Where a message stands and how long that may take. */
export interface QueuePosition {
  /** 1: next, after all that goes before it. */
  readonly position: number;
  /** False: so far behind that it was not counted but estimated. */
  readonly exact: boolean;
  /** Turns of its conversation that must end first. */
  readonly turnsAhead: number;
  /** Undefined while nobody can know. */
  readonly estimatedWaitMs: number | undefined;
}

/** One lane as this gateway sees it. */
export interface LaneView extends LaneOutlook {
  readonly lane: string;
  readonly waiting: Counts;
  /** How long the message that comes next has waited. */
  readonly headWaits: HeadWaits;
  readonly shedLevel: number;
}
