import { setTimeout as delay } from 'node:timers/promises';

/** Tries until `attempt` succeeds; after `timeoutMs` throws an error that names `what` and the last cause. */
export async function waitFor(
  attempt: () => Promise<unknown>,
  timeoutMs: number,
  what: string,
): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (performance.now() >= endsAt)
        throw new Error(`${what} did not answer within ${timeoutMs} ms: ${(cause as Error).message}`, {
          cause,
        });
      await delay(250);
    }
  }
}
