import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Rates, type RateWindow, type Refused, type Reservation } from './rates.js';

/** Windows that pass while a test runs: a minute is 600 ms here. */
export const QUICK_WINDOWS: Readonly<Record<RateWindow, number>> = {
  requestsPerMinute: 600,
  requestsPerHour: 6_000,
  requestsPerDay: 60_000,
  tokensPerMinute: 600,
};

const MINUTE_MS = QUICK_WINDOWS.requestsPerMinute;

/** How long a window counts at most: itself, and one slot. */
const LONGEST_MS = MINUTE_MS + MINUTE_MS / 60;

export interface RatesStage {
  /** Connections that share the same counts, each as of a process, with `QUICK_WINDOWS`. */
  readonly open: () => Promise<readonly Rates[]>;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** How often the property is tried. */
  readonly runs: number;
}

/** The behaviour every Rates owes its callers. */
export function conformsToRates({ open, wait, now, runs }: RatesStage): void {
  const call = (tokens = 0) => ({ requests: 1, tokens });
  const setup = async () => ({ rates: (await open())[0]!, key: crypto.randomUUID() });
  const granted = (outcome: Reservation | Refused): Reservation => {
    if (!outcome.granted) throw new Error(`refused by ${outcome.which} for ${outcome.retryAfterMs} ms`);
    return outcome;
  };

  test('grants as many as the limit, then says which it is and when to come again', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 3, requestsPerDay: 100 };
    for (let i = 0; i < 3; i += 1) granted(await rates.reserve(key, limits, call()));
    const refused = (await rates.reserve(key, limits, call())) as Refused;
    expect(refused).toMatchObject({ granted: false, which: 'requestsPerMinute' });
    expect(refused.retryAfterMs).toBeGreaterThan(MINUTE_MS / 2);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(LONGEST_MS);
    await wait(refused.retryAfterMs);
    granted(await rates.reserve(key, limits, call()));
  });

  test('limits nothing that is not limited, and keeps keys apart', async () => {
    const { rates, key } = await setup();
    for (let i = 0; i < 50; i += 1) granted(await rates.reserve(key, {}, call(1_000_000)));
    const one = { requestsPerHour: 1 };
    granted(await rates.reserve(`${key} a`, one, call()));
    granted(await rates.reserve(`${key} b`, one, call()));
    expect(await rates.reserve(`${key} b`, one, call())).toMatchObject({ which: 'requestsPerHour' });
    expect(await rates.reserve(`${key} c`, { requestsPerDay: 0 }, call())).toMatchObject({ granted: false });
  });

  test('reserves in all windows or in none', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 2, tokensPerMinute: 100 };
    granted(await rates.reserve(key, limits, call(80)));
    for (let i = 0; i < 5; i += 1)
      expect(await rates.reserve(key, limits, call(30))).toMatchObject({ which: 'tokensPerMinute' });
    granted(await rates.reserve(key, limits, call(20)));
    expect(await rates.reserve(key, limits, call(0))).toMatchObject({ which: 'requestsPerMinute' });
  });

  test('names the limit that is in the way for the longest', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 1, requestsPerHour: 1, requestsPerDay: 9 };
    granted(await rates.reserve(key, limits, call()));
    const refused = (await rates.reserve(key, limits, call())) as Refused;
    expect(refused.which).toBe('requestsPerHour');
    expect(refused.retryAfterMs).toBeGreaterThan(5_000);
  });

  test('gives back what a call did not use, and counts what it used more', async () => {
    const { rates, key } = await setup();
    const limits = { tokensPerMinute: 100 };
    const first = granted(await rates.reserve(key, limits, call(90)));
    expect(await rates.reserve(key, limits, call(50))).toMatchObject({ granted: false });
    await first.settle(10);
    const second = granted(await rates.reserve(key, limits, call(50)));
    await second.settle(90);
    expect(await rates.reserve(key, limits, call(1))).toMatchObject({ which: 'tokensPerMinute' });
  });

  test('gives back all of a call that was not made', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 1, requestsPerDay: 1, tokensPerMinute: 10 };
    await granted(await rates.reserve(key, limits, call(10))).cancel();
    granted(await rates.reserve(key, limits, call(10)));
  });

  test('a call that is larger than the limit has its turn when nothing else counts', async () => {
    const { rates, key } = await setup();
    const limits = { tokensPerMinute: 100 };
    granted(await rates.reserve(key, limits, call(1)));
    const refused = (await rates.reserve(key, limits, call(5_000))) as Refused;
    await wait(refused.retryAfterMs);
    granted(await rates.reserve(key, limits, call(5_000)));
    expect(await rates.reserve(key, limits, call(1))).toMatchObject({ granted: false });
  });

  test('is exact where a hundred come at once, through any process', async () => {
    const all = await open();
    const [key, limits] = [crypto.randomUUID(), { requestsPerHour: 50, tokensPerMinute: 370 }];
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => all[i % all.length]!.reserve(key, limits, call(10))),
    );
    expect(outcomes.filter((outcome) => outcome.granted)).toHaveLength(37);
  });

  test('obeys a lower limit that the provider tells, until its reset', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 10 };
    const first = granted(await rates.reserve(key, limits, call()));
    await first.learn({ requestsPerMinute: { limit: 20, remaining: 1, resetMs: 200 } });
    granted(await rates.reserve(key, limits, call()));
    const refused = (await rates.reserve(key, limits, call())) as Refused;
    expect(refused.which).toBe('requestsPerMinute');
    expect(refused.retryAfterMs).toBeLessThanOrEqual(200);
    await wait(200);
    for (let i = 0; i < 8; i += 1) granted(await rates.reserve(key, limits, call()));
    expect(await rates.reserve(key, limits, call())).toMatchObject({ granted: false });
  });

  test('a limit that was told lasts for a window, also where none is configured', async () => {
    const { rates, key } = await setup();
    const first = granted(await rates.reserve(key, {}, call(10)));
    await first.learn({ tokensPerMinute: { limit: 30, remaining: 20, resetMs: 1 } });
    await wait(5);
    granted(await rates.reserve(key, {}, call(20)));
    expect(await rates.reserve(key, {}, call(5))).toMatchObject({ which: 'tokensPerMinute' });
  });

  test('knows that an answer does not count the calls made since, and believes no nonsense', async () => {
    const { rates, key } = await setup();
    const limits = { requestsPerMinute: 100 };
    const first = granted(await rates.reserve(key, limits, call()));
    for (let i = 0; i < 2; i += 1) granted(await rates.reserve(key, limits, call()));
    await first.learn({ requestsPerMinute: { limit: 100, remaining: 5, resetMs: 500 } });
    await first.learn({ requestsPerMinute: { limit: -1, remaining: -1, resetMs: 0 } });
    for (let i = 0; i < 3; i += 1) granted(await rates.reserve(key, limits, call()));
    expect(await rates.reserve(key, limits, call())).toMatchObject({ granted: false });
  });

  test('counts what it is told of the past once, and not what is long past', async () => {
    const { rates, key } = await setup();
    const past = [
      { atMs: now() - 10, requests: 1, tokens: 5 },
      { atMs: now() - 20_000, requests: 1, tokens: 5 },
    ];
    for (let i = 0; i < 3; i += 1) await rates.recall(key, past);
    const limits = { requestsPerMinute: 2, requestsPerDay: 5, tokensPerMinute: 15 };
    granted(await rates.reserve(key, limits, call(10)));
    expect(await rates.reserve(key, limits, call(0))).toMatchObject({ which: 'requestsPerMinute' });
    for (let i = 0; i < 2; i += 1) granted(await rates.reserve(key, { requestsPerDay: 5 }, call()));
    expect(await rates.reserve(key, { requestsPerDay: 5 }, call())).toMatchObject({ granted: false });
  });

  const steps = fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 90 }), tokens: fc.nat(40) }), {
    minLength: 10,
    maxLength: 40,
  });

  test('in no time span of a window lets more through than its limit', async () => {
    const limits = { requestsPerMinute: 5, tokensPerMinute: 100 };
    const play = fc.asyncProperty(steps, async (course) => {
      const { rates, key } = await setup();
      const calls: { from: number; until: number; tokens: number }[] = [];
      for (const { pauseMs, tokens } of course) {
        await wait(pauseMs);
        const from = now();
        if (!(await rates.reserve(key, limits, call(tokens))).granted) continue;
        calls.push({ from, until: now(), tokens });
      }
      for (const [i, { from }] of calls.entries()) {
        const span = calls.slice(i).filter(({ until }) => until - from < MINUTE_MS);
        expect(span.length).toBeLessThanOrEqual(5);
        expect(span.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(100);
      }
    });
    await fc.assert(play, { numRuns: runs });
  });
}
