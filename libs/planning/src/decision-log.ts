import { type DecisionRecord, type PlannedLane } from './planning-state.js';
import { type Reason } from './reasons.js';

const KEPT = 100;

/** One movement in several steps is one decision. */
const SAME_MOVE_MS = 10_000;

/** Worth telling even where they change no slots. */
const EVENTS: readonly Reason[] = [
  'turned_away',
  'upstream_paused',
  'metrics_stale',
  'safe_default',
  'frozen',
  'override',
];

/** What is to be told of a lane's step from one plan to the next; undefined when it is nothing new. */
export function recordOf(
  lane: string,
  before: PlannedLane | undefined,
  after: PlannedLane,
  at: { readonly atMs: number; readonly version: number },
): DecisionRecord | undefined {
  const { slots: to, ceiling, reason, why } = after;
  const isEvent = EVENTS.includes(reason) || (before !== undefined && EVENTS.includes(before.reason));
  if (before?.slots === to && !(isEvent && reason !== before.reason)) return undefined;
  return { ...at, lane, from: before?.slots ?? null, to, ceiling, reason, why };
}

/** Newest first, at most a hundred. */
export function withRecords(
  log: readonly DecisionRecord[],
  records: readonly DecisionRecord[],
): readonly DecisionRecord[] {
  return records.reduce(withRecord, log);
}

function withRecord(log: readonly DecisionRecord[], record: DecisionRecord): readonly DecisionRecord[] {
  const last = log.find(({ lane }) => lane === record.lane);
  const same = last?.reason === record.reason && record.atMs - last.atMs <= SAME_MOVE_MS;
  if (!same) return [record, ...log].slice(0, KEPT);
  return [{ ...record, from: last.from }, ...log.filter((other) => other !== last)];
}
