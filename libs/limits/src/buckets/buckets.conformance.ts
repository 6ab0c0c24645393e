import { expect, test } from 'vitest';
import { type Buckets } from './buckets.js';

/** Not to be had again while a test runs. */
const NEVER = 3_600_000;

/** The behaviour every Buckets owes its callers. `open` gives all that share the same buckets, each to a process. */
export function conformsToBuckets(
  open: () => Promise<readonly Buckets[]>,
  wait: (ms: number) => Promise<void>,
): void {
  const slow = { burst: 5, intervalMs: 1_000 };
  const quick = { burst: 3, intervalMs: 100 };
  const name = () => crypto.randomUUID();

  test('lets the burst in at once, and says what is left and when all of it is back', async () => {
    const [buckets] = await open();
    const bucket = name();
    for (const remaining of [4, 3, 2, 1, 0]) {
      const verdict = await buckets!.take(bucket, slow);
      expect(verdict).toMatchObject({ allowed: true, limit: 5, remaining, retryAfterMs: 0 });
      expect(verdict.resetMs).toBeGreaterThan((5 - remaining) * 1_000 - 500);
      expect(verdict.resetMs).toBeLessThanOrEqual((5 - remaining) * 1_000);
    }
  });

  test('refuses what is more, and says when the next one may come', async () => {
    const [buckets] = await open();
    const bucket = name();
    for (let i = 0; i < 5; i += 1) await buckets!.take(bucket, slow);
    const verdict = await buckets!.take(bucket, slow);
    expect(verdict).toMatchObject({ allowed: false, limit: 5, remaining: 0 });
    expect(verdict.retryAfterMs).toBeGreaterThan(500);
    expect(verdict.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('allows again what has come back, and never more than the burst', async () => {
    const [buckets] = await open();
    const bucket = name();
    const taken = async (count: number) => {
      let allowed = 0;
      for (let i = 0; i < count; i += 1) allowed += (await buckets!.take(bucket, quick)).allowed ? 1 : 0;
      return allowed;
    };
    expect(await taken(3)).toBe(3);
    await wait(110);
    expect(await taken(1)).toBe(1);
    await wait(1_000);
    expect(await taken(3)).toBe(3);
  });

  test('keeps buckets apart', async () => {
    const [buckets] = await open();
    const one = { burst: 1, intervalMs: NEVER };
    const [a, b] = [name(), name()];
    expect((await buckets!.take(a, one)).allowed).toBe(true);
    expect((await buckets!.take(a, one)).allowed).toBe(false);
    expect((await buckets!.take(b, one)).allowed).toBe(true);
  });

  async function takeAtOnce(limit: { burst: number; intervalMs: number }, count: number): Promise<number> {
    const all = await open();
    const bucket = name();
    const verdicts = await Promise.all(
      Array.from({ length: count }, async (_, i) => all[i % all.length]!.take(bucket, limit)),
    );
    return verdicts.filter(({ allowed }) => allowed).length;
  }

  test('is exact where many come at once, through any process', async () => {
    expect(await takeAtOnce({ burst: 37, intervalMs: NEVER }, 100)).toBe(37);
  });

  test('is never over a large bucket, and loses at most one in a hundred of it to each process', async () => {
    const all = await open();
    const [bucket, limit] = [name(), { burst: 1_000, intervalMs: NEVER }];
    let allowed = 0;
    for (let i = 0; i < 600 * all.length; i += 1)
      allowed += (await all[i % all.length]!.take(bucket, limit)).allowed ? 1 : 0;
    expect(allowed).toBeLessThanOrEqual(1_000);
    expect(allowed).toBeGreaterThanOrEqual(Math.min(1_000, 600 * all.length) - 10 * all.length);
  });
}
