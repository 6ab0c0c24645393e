import { describe, expect, test } from 'vitest';
import { CacheSettings } from '#config';
import { Metrics } from '#observability';
import { ManualClock } from '#testing';
import { MemoryResults } from './memory-results.js';
import { type Found, ResultCache, type Turn } from './result-cache.js';

const HOUR = 3_600_000;
const PLACE = { tenantId: 'a', key: 'k' };
const NEVER = new AbortController().signal;

function scene({ maxEntry = 1_000 } = {}) {
  const clock = new ManualClock();
  const results = new MemoryResults({ bytes: 100_000, entries: 100 }, clock);
  const metrics = new Metrics();
  const settings = new CacheSettings({
    ttl: HOUR,
    max_ttl: HOUR,
    max_entry: maxEntry,
    tenant_size: 100_000,
    tenant_entries: 100,
    max_wait: 30_000,
  });
  /** Another one is another process. */
  const process = () => new ResultCache(results, settings, metrics);
  const count = async (outcome: string) =>
    (await metrics.cacheRequests.get()).values.find(({ labels }) => labels['outcome'] === outcome)?.value ??
    0;
  return { process, count, clock };
}

const ask = (cache: ResultCache, signal = NEVER, waitMs = 30_000) =>
  cache.ask({ ...PLACE, ttlMs: HOUR, waitMs }, signal);
const turnOf = (asked: Found | Turn): Turn => {
  if ('text' in asked) throw new Error(`found ${asked.text}`);
  return asked;
};
const isTurn = (asked: Found | Turn) => !('text' in asked);

describe('the result cache', () => {
  test('what one has made the next one finds', async () => {
    const { process, count } = scene();
    const cache = process();
    await turnOf(await ask(cache)).end('made');
    expect(await ask(cache)).toEqual({ text: 'made', ageMs: 0 });
    expect(await ask(process())).toEqual({ text: 'made', ageMs: 0 });
    expect(await Promise.all(['miss', 'stored', 'hit', 'shared'].map(count))).toEqual([1, 1, 2, 0]);
  });

  test.each(['the same process', 'another process'])(
    'whoever asks meanwhile in %s shares it',
    async (where) => {
      const { process, count } = scene();
      const cache = process();
      const turn = turnOf(await ask(cache));
      const other = where === 'another process' ? process() : cache;
      const others = Array.from({ length: 19 }, () => ask(other));
      await turn.end('made');
      for (const told of await Promise.all(others)) expect(told).toEqual({ text: 'made', ageMs: 0 });
      expect(await Promise.all(['miss', 'shared'].map(count))).toEqual([1, 19]);
    },
  );

  test('who makes nothing fails nobody: in its process everybody goes on by itself', async () => {
    const { process } = scene();
    const cache = process();
    const turn = turnOf(await ask(cache));
    const others = [ask(cache), ask(cache)];
    await turn.end(undefined);
    expect((await Promise.all(others)).every(isTurn)).toBe(true);
  });

  test('… and in another process one goes on, and the others share what it makes', async () => {
    const { process } = scene();
    const turn = turnOf(await ask(process()));
    const other = process();
    const [first, second] = [ask(other), ask(other)];
    await turn.end(undefined);
    await turnOf(await first).end('made there');
    expect(await second).toEqual({ text: 'made there', ageMs: 0 });
  });

  test.each(['the same process', 'another process'])(
    'nobody waits for longer than it wants for one in %s that does not end',
    async (where) => {
      const { process } = scene();
      const cache = process();
      turnOf(await ask(cache));
      const startedAt = performance.now();
      const other = where === 'another process' ? process() : cache;
      expect(isTurn(await ask(other, NEVER, 100))).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );

  test('for one that has died nobody waits for longer than its claim lasts', async () => {
    const { process, clock } = scene();
    // It cannot renew what is over.
    turnOf(await ask(process()));
    const other = ask(process());
    clock.advance(3_000);
    expect(isTurn(await other)).toBe(true);
  });

  test('who waits can leave, and the others go on', async () => {
    const { process } = scene();
    const away = process();
    const turn = turnOf(await ask(away));
    for (const cache of [away, process()]) {
      const abort = new AbortController();
      const leaving = ask(cache, abort.signal);
      abort.abort(new Error('cancelled'));
      await expect(leaving).rejects.toThrow('cancelled');
    }
    await turn.end('made');
    expect(await ask(process())).toEqual({ text: 'made', ageMs: 0 });
  });

  test('what is too large is shared where it was made, and kept nowhere', async () => {
    const { process, count } = scene({ maxEntry: 10 });
    const cache = process();
    const turn = turnOf(await ask(cache));
    const other = ask(cache);
    await turn.end('more than ten bytes');
    expect(await other).toMatchObject({ text: 'more than ten bytes' });
    expect(isTurn(await ask(cache))).toBe(true);
    expect(await count('too_large')).toBe(1);
  });

  test('forgets what has landed, whoever lands late', async () => {
    const { process } = scene();
    const cache = process();
    const first = turnOf(await ask(cache));
    await first.end(undefined);
    const second = turnOf(await ask(cache));
    const follower = ask(cache);
    await first.end('late');
    await second.end('made');
    expect(await follower).toEqual({ text: 'made', ageMs: 0 });
  });
});
