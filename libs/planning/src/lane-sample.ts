import { PRIORITIES, type Priority } from '#contracts';

/** Messages that wait in the bands of a lane, retries that are not due yet included. */
export type Waiting = Readonly<Record<Priority, number>>;

/** What was seen of a lane, all messages that go to one upstream, since the sample before. */
export interface LaneSample {
  /** Epoch ms. */
  readonly atMs: number;
  readonly waiting: Waiting;
  readonly running: number;
  /** Attempts that ended, and for how long they held their slots, all together. */
  readonly ended: number;
  readonly busyMs: number;
  /** Of these, attempts that the upstream turned away. */
  readonly drops: number;
  /** Calls that the upstream may run at once by configuration. */
  readonly limit: number;
  /** The upstream takes nothing before this time, as epoch ms. */
  readonly pausedUntilMs: number;
}

/** What a waiting message counts in the backlog: the better the band, the more slots it is worth. */
const WEIGHTS: Waiting = { realtime: 3, high: 1.5, normal: 1, low: 0.5 };

export function totalWaiting(waiting: Waiting): number {
  return PRIORITIES.reduce((sum, priority) => sum + waiting[priority], 0);
}

export function weightedBacklog(waiting: Waiting): number {
  return PRIORITIES.reduce((sum, priority) => sum + WEIGHTS[priority] * waiting[priority], 0);
}

export const NONE_WAITING: Waiting = { realtime: 0, high: 0, normal: 0, low: 0 };
