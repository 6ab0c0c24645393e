import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '#contracts';

/**
 * The promise's own outcome, or `code` once `ms` have passed. The work itself is not stopped: use it where
 * the caller must have an answer and a late result does no harm.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  ms: number,
  code: ErrorCode,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError(code, `${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work, but no longer than this: for a shutdown that must go on. */
export async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([work, delay(ms, undefined, { ref: false })]);
}
