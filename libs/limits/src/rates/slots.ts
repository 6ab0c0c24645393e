import { type PastCall, RATE_WINDOWS, type RateWindow } from './rates.js';

/**
 * A window slides in sixty steps. What a slot holds counts until the slot, as a whole, is older than the window, so that
 * no time span of its length ever sees more than the limit; in return it may count a sixtieth too long.
 */
export const SLOTS = 60;

/** So much used in one slot of a window. */
export interface SlotCount {
  readonly window: RateWindow;
  readonly slot: number;
  readonly count: number;
}

export function isTokens(window: RateWindow): boolean {
  return window === 'tokensPerMinute';
}

/** Calls of the past as the slots of every window count them; what is surely too old to count is left out. */
export function slotsOf(
  calls: readonly PastCall[],
  windows: Readonly<Record<RateWindow, number>>,
  nowMs: number,
): readonly SlotCount[] {
  return RATE_WINDOWS.flatMap((window) => {
    const counts = new Map<number, number>();
    for (const { atMs, requests, tokens } of calls) {
      if (atMs < nowMs - 2 * windows[window]) continue;
      const slot = Math.floor(atMs / (windows[window] / SLOTS));
      counts.set(slot, (counts.get(slot) ?? 0) + Math.ceil(isTokens(window) ? tokens : requests));
    }
    return [...counts].map(([slot, count]) => ({ window, slot, count }));
  });
}
