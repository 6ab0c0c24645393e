import { expect, test } from 'vitest';
import { type Slots } from './slots.js';

/** How long a slot lives without renewal in these tests. */
export const LEASE_MS = 300;

/** The behaviour every Slots owes its callers; `wait` lets the adapter's clock pass. */
export function conformsToSlots(open: () => Promise<Slots>, wait: (ms: number) => Promise<void>): void {
  const tokens = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());

  test('grants no more than the limit, and the rest once slots come back', async () => {
    const slots = await open();
    const [mine, yours] = [tokens(3), tokens(3)];
    expect(await slots.acquire('up', 4, mine)).toEqual(mine);
    expect(await slots.acquire('up', 4, yours)).toEqual(yours.slice(0, 1));
    expect(await slots.acquire('up', 4, tokens(1))).toEqual([]);
    expect(await slots.release('up', mine)).toBe(true);
    expect(await slots.acquire('up', 4, yours.slice(1))).toEqual(yours.slice(1));
  });

  test('says whether somebody may be waiting when a slot comes back', async () => {
    const slots = await open();
    const mine = tokens(2);
    await slots.acquire('up', 3, mine);
    expect(await slots.release('up', mine)).toBe(false);
  });

  test('keeps upstreams apart', async () => {
    const slots = await open();
    await slots.acquire('a', 1, tokens(1));
    const mine = tokens(1);
    expect(await slots.acquire('b', 1, mine)).toEqual(mine);
  });

  test('never grants more than the limit to callers that come at once', async () => {
    const slots = await open();
    const granted = await Promise.all(Array.from({ length: 40 }, () => slots.acquire('up', 7, tokens(2))));
    expect(granted.flat().length).toBe(7);
  });

  test('frees a slot that is not renewed, and keeps one that is', async () => {
    const slots = await open();
    const [silent, alive] = [tokens(1), tokens(1)];
    await slots.acquire('up', 2, [...silent, ...alive]);
    await wait(LEASE_MS * 0.7);
    await slots.renew('up', alive);
    await wait(LEASE_MS * 0.7);
    expect((await slots.acquire('up', 2, tokens(2))).length).toBe(1);
  });
}
