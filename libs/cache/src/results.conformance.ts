import { describe, expect, test } from 'vitest';
import { OVERHEAD_BYTES, type ResultBounds, type Results } from './results.js';

const HOUR = 3_600_000;

export const BOUNDS: ResultBounds = { bytes: 8_192, entries: 5 };

/** What every store of answers promises. `open`: a store with `BOUNDS`; `pass`: lets its clock pass. */
export function conformsToResults(open: () => Promise<Results>, pass: (ms: number) => Promise<void>): void {
  const at = (key: string, tenantId = 'a') => ({ tenantId, key });
  const claim = (token: string, ms = HOUR) => ({ token, ms });
  const textAt = async (results: Results, key: string, tenantId?: string) => {
    const look = await results.look(at(key, tenantId), HOUR);
    return look.state === 'hit' ? look.text : look.state;
  };

  describe('answers', () => {
    test('are found as they were kept, with their age, by nobody else', async () => {
      const results = await open();
      expect(await textAt(results, 'k')).toBe('free');
      expect(await results.keep(at('k'), '{"content":"grüße 🎉"}', HOUR, 't')).toBe(true);
      await pass(20);
      const look = await results.look(at('k'), HOUR);
      expect(look).toMatchObject({ state: 'hit', text: '{"content":"grüße 🎉"}' });
      expect(look.state === 'hit' && look.ageMs).toBeGreaterThanOrEqual(20);
      expect(await textAt(results, 'other')).toBe('free');
      expect(await textAt(results, 'k', 'b')).toBe('free');
    });

    test('are gone when their time is over, and too old for whoever wants newer ones', async () => {
      const results = await open();
      await results.keep(at('short'), 'x', 200, 't');
      await results.keep(at('long'), 'y', HOUR, 't');
      expect([await textAt(results, 'short'), await textAt(results, 'long')]).toEqual(['x', 'y']);
      await pass(250);
      expect([await textAt(results, 'short'), await textAt(results, 'long')]).toEqual(['free', 'y']);
      expect(await results.look(at('long'), 200)).toEqual({ state: 'free' });
    });

    test('replace earlier ones, and are as old as the newest', async () => {
      const results = await open();
      await results.keep(at('k'), 'first', 200, 't');
      await pass(100);
      await results.keep(at('k'), 'second', 10_000, 't');
      await pass(150);
      const look = await results.look(at('k'), HOUR);
      expect(look).toMatchObject({ state: 'hit', text: 'second' });
      expect(look.state === 'hit' && look.ageMs).toBeLessThan(10_000);
    });
  });

  describe('bounds', () => {
    test('by number: what was not asked for the longest goes first', async () => {
      const results = await open();
      for (let i = 0; i < 5; i += 1) {
        await results.keep(at(`k${i}`), String(i), HOUR, 't');
        await pass(2);
      }
      expect(await textAt(results, 'k0')).toBe('0');
      await results.keep(at('k5'), '5', HOUR, 't');
      expect(await textAt(results, 'k0')).toBe('0');
      expect(await textAt(results, 'k1')).toBe('free');
      expect(await textAt(results, 'k5')).toBe('5');
    });

    test('by size, for each tenant: as many go as must', async () => {
      const results = await open();
      await results.keep(at('k', 'b'), 'of b', HOUR, 't');
      for (let i = 0; i < 4; i += 1) {
        await results.keep(at(`k${i}`), 'x'.repeat(1_000), HOUR, 't');
        await pass(2);
      }
      const large = 'y'.repeat(BOUNDS.bytes - 2 * (1_000 + OVERHEAD_BYTES + 50) - OVERHEAD_BYTES);
      expect(await results.keep(at('large'), large, HOUR, 't')).toBe(true);
      const states = await Promise.all([0, 1, 2, 3].map((i) => textAt(results, `k${i}`)));
      expect(states.map((state) => state === 'free')).toEqual([true, true, false, false]);
      expect(await textAt(results, 'large')).toBe(large);
      expect(await textAt(results, 'k', 'b')).toBe('of b');
    });

    test('what is larger than everything that a tenant may have is not kept, and pushes nothing out', async () => {
      const results = await open();
      await results.keep(at('k'), 'x', HOUR, 't');
      expect(await results.keep(at('large'), 'y'.repeat(BOUNDS.bytes), HOUR, 't')).toBe(false);
      expect([await textAt(results, 'k'), await textAt(results, 'large')]).toEqual(['x', 'free']);
    });

    test('what is over makes room before what is not, however often things come and go', async () => {
      const results = await open();
      await results.keep(at('long'), 'x', HOUR, 't');
      for (let round = 0; round < 20; round += 1)
        for (let i = 0; i < 4; i += 1) await results.keep(at(`k${i}`), `${round}`.repeat(300), 5, 't');
      await pass(20);
      for (let i = 5; i < 9; i += 1) expect(await results.keep(at(`k${i}`), 'z', HOUR, 't')).toBe(true);
      expect(await textAt(results, 'long')).toBe('x');
    });
  });

  describe('claims', () => {
    test('are given to one', async () => {
      const results = await open();
      expect(await results.look(at('k'), HOUR, claim('one'))).toEqual({ state: 'free' });
      expect(await results.look(at('k'), HOUR, claim('two'))).toEqual({ state: 'busy' });
      expect(await results.look(at('k'), HOUR)).toEqual({ state: 'busy' });
      expect(await results.look(at('k', 'b'), HOUR, claim('two'))).toEqual({ state: 'free' });
      expect(await results.look(at('other'), HOUR, claim('two'))).toEqual({ state: 'free' });
    });

    test('end with the answer, or without one, but not by the word of others', async () => {
      const results = await open();
      for (const key of ['kept', 'given up']) await results.look(at(key), HOUR, claim('mine'));
      await results.giveUp(at('given up'), 'not mine');
      expect(await textAt(results, 'given up')).toBe('busy');
      await results.giveUp(at('given up'), 'mine');
      expect(await textAt(results, 'given up')).toBe('free');
      await results.keep(at('kept'), 'x'.repeat(BOUNDS.bytes), HOUR, 'mine');
      expect(await textAt(results, 'kept')).toBe('free');
    });

    test('last for as long as they are renewed', async () => {
      const results = await open();
      await results.look(at('k'), HOUR, claim('mine', 300));
      for (let i = 0; i < 3; i += 1) {
        await pass(200);
        await results.renew(at('k'), claim('mine', 300));
        await results.renew(at('k'), claim('not mine', HOUR));
        expect(await textAt(results, 'k')).toBe('busy');
      }
      await pass(350);
      await results.renew(at('k'), claim('mine'));
      expect(await textAt(results, 'k')).toBe('free');
    });

    test('run out', async () => {
      const results = await open();
      await results.look(at('k'), HOUR, claim('dead', 100));
      await pass(150);
      expect(await results.look(at('k'), HOUR, claim('next'))).toEqual({ state: 'free' });
      await results.keep(at('k'), 'late', HOUR, 'dead');
      expect(await textAt(results, 'k')).toBe('late');
    });
  });
}
