import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#contracts';
import { type Log } from '#observability';

/** While the ledger is away a write is offered again, from this often to that seldom. */
const RETRY_MS = [100, 2_000] as const;

/** After this long without a ledger it is given up; the message runs again elsewhere. */
const PATIENCE_MS = 3_600_000;

/** Repeats a write until the ledger is there again: what it holds was paid for. */
export async function untilStored<T>(write: () => Promise<T>, log: Log): Promise<T> {
  const endsAt = performance.now() + PATIENCE_MS;
  for (let wait: number = RETRY_MS[0]; ; wait = Math.min(wait * 2, RETRY_MS[1])) {
    try {
      return await write();
    } catch (error) {
      const away = error instanceof AppError && error.retryable;
      if (!away || performance.now() >= endsAt) throw error;
      log.warn({ err: error }, 'the ledger is away: what must be written waits in memory');
      await delay(wait);
    }
  }
}
