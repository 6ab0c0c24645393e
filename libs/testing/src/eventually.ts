import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** What lets one wait for long needs no look each few milliseconds; whatever is tested has use for the processor. */
const MOST_EVERY_MS = 100;

/** Polls until `check` does not throw and gives its value; after `timeoutMs` rethrows its last error. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 }: EventuallyOptions = {},
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - startedAt >= timeoutMs) throw error;
    }
    const waited = performance.now() - startedAt;
    await delay(Math.max(everyMs, Math.min(waited / 10, MOST_EVERY_MS)));
  }
}
