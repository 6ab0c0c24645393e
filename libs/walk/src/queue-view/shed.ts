import { type Priority } from '#contracts';

/** What a lane turns away at each level, the least important first; realtime is never among it. */
const SHED: readonly (readonly Priority[])[] = [[], ['low'], ['low', 'normal'], ['low', 'normal', 'high']];

export const MOST_SHED = SHED.length - 1;

/** Below this part of the target the load has fallen: not just below it, or levels would come and go. */
const CALM = 0.5;

type Side = 'over' | 'between' | 'under';

/** How much a lane turns away, and since when its load has been on one side of the target. */
export interface ShedState {
  readonly level: number;
  readonly side: Side;
  readonly sinceMs: number;
}

export const NOTHING_SHED: ShedState = { level: 0, side: 'under', sinceMs: 0 };

/**
 * Like CoDel (RFC 8289) at the door instead of at the head of the queue: only a delay that has stood over its target
 * for a whole interval raises the level, by one, and only one that has stood well below it for as long lowers it.
 * `load`: the worst delay ÷ its target. What was accepted is never touched.
 */
export function shedAfter(state: ShedState, load: number, nowMs: number, intervalMs: number): ShedState {
  const side = sideOf(load);
  if (side !== state.side) return { ...state, side, sinceMs: nowMs };
  if (side === 'between' || nowMs - state.sinceMs < intervalMs) return state;
  const level = Math.min(MOST_SHED, Math.max(0, state.level + (side === 'over' ? 1 : -1)));
  return { level, side, sinceMs: nowMs };
}

export function isShed({ level }: ShedState, priority: Priority): boolean {
  return SHED[level]!.includes(priority);
}

function sideOf(load: number): Side {
  if (load > 1) return 'over';
  return load < CALM ? 'under' : 'between';
}
