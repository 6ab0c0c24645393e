import { expect, test } from 'vitest';
import { type SlotAsk, type Slots } from './slots.js';

/** How long a slot lives without renewal in these tests. */
export const LEASE_MS = 300;

/** The behaviour every Slots owes its callers; `wait` lets the adapter's clock pass. */
export function conformsToSlots(
  open: (processId: string) => Promise<Slots>,
  wait: (ms: number) => Promise<void>,
): void {
  const ask = (limit: number, others: number, more: Partial<SlotAsk> = {}): SlotAsk => ({
    limit,
    others,
    realtime: 0,
    reserved: 0,
    ...more,
  });
  const take = async (slots: Slots, limit: number, others: number) =>
    (await slots.acquire('up', ask(limit, others))).others;

  test('grants no more than the limit, and the rest once slots come back', async () => {
    const slots = await open('p1');
    const mine = await take(slots, 4, 3);
    expect(mine).toHaveLength(3);
    expect(await take(slots, 4, 3)).toHaveLength(1);
    expect(await take(slots, 4, 1)).toEqual([]);
    expect(await slots.held('up')).toBe(4);
    expect(await slots.release('up', mine)).toBe(true);
    expect(await take(slots, 4, 9)).toHaveLength(3);
  });

  test('gives every slot a name of its own', async () => {
    const slots = await open('p1');
    const names = [...(await take(slots, 9, 4)), ...(await take(slots, 9, 4))];
    expect(new Set(names).size).toBe(8);
  });

  test('says whether somebody has wanted a slot in vain when one comes back', async () => {
    const slots = await open('p1');
    const mine = await take(slots, 2, 2);
    expect(await slots.release('up', mine.slice(0, 1))).toBe(false);
    expect(await take(slots, 2, 2)).toHaveLength(1);
    expect(await slots.release('up', mine.slice(1))).toBe(true);
  });

  test('serves realtime first, and keeps what is reserved for it from all others', async () => {
    const slots = await open('p1');
    const first = await slots.acquire('up', ask(5, 9, { realtime: 2, reserved: 2 }));
    expect([first.realtime.length, first.others.length]).toEqual([2, 3]);
    await slots.release('up', first.realtime);
    expect(await slots.acquire('up', ask(5, 9, { reserved: 2 }))).toEqual({ realtime: [], others: [] });
    const later = await slots.acquire('up', ask(5, 9, { realtime: 9, reserved: 2 }));
    expect([later.realtime.length, later.others.length]).toEqual([2, 0]);
    await slots.release('up', first.others);
    expect((await slots.acquire('up', ask(5, 9, { reserved: 2 }))).others).toHaveLength(3);
  });

  test('keeps starts apart while most slots are in use, and holds none back for longer than allowed', async () => {
    const slots = await open('p1');
    const spread = { gapMs: 10_000, holdMs: 20 };
    await take(slots, 10, 7);
    const one = await slots.acquire('up', ask(10, 9, { spread }));
    expect([one.others.length, one.heldMs]).toEqual([1, undefined]);
    const held = await slots.acquire('up', ask(10, 9, { spread }));
    expect(held.others).toEqual([]);
    expect(held.heldMs).toBeGreaterThan(0);
    expect(held.heldMs).toBeLessThanOrEqual(20);
    expect((await slots.acquire('up', ask(10, 9, { realtime: 1, spread }))).realtime).toHaveLength(1);
    await slots.acquire('up', ask(10, 9, { spread }));
    await wait(25);
    expect((await slots.acquire('up', ask(10, 9, { spread }))).others).toHaveLength(1);
  });

  test('holds no start back while there is room', async () => {
    const slots = await open('p1');
    const spread = { gapMs: 10_000, holdMs: 20 };
    expect((await slots.acquire('up', ask(10, 5, { spread }))).others).toHaveLength(5);
    expect((await slots.acquire('up', ask(10, 5, { spread }))).others).toHaveLength(5);
  });

  test('keeps upstreams apart', async () => {
    const slots = await open('p1');
    await slots.acquire('a', ask(1, 1));
    expect((await slots.acquire('b', ask(1, 1))).others).toHaveLength(1);
  });

  test('never grants more than the limit to callers that come at once', async () => {
    const slots = await open('p1');
    const granted = await Promise.all(Array.from({ length: 40 }, () => take(slots, 7, 2)));
    expect(granted.flat().length).toBe(7);
  });

  test('frees a slot that is not renewed, and keeps one that is', async () => {
    const slots = await open('p1');
    const [, alive] = await take(slots, 2, 2);
    await wait(LEASE_MS * 0.7);
    await slots.renew('up', [alive!]);
    await wait(LEASE_MS * 0.7);
    expect(await take(slots, 2, 2)).toHaveLength(1);
  });

  test('frees at once what a dead process held, and nothing else', async () => {
    const slots = await open('p1');
    await take(slots, 3, 3);
    expect(await slots.sweep('up', 'p')).toBe(0);
    expect(await slots.sweep('up', 'p1')).toBe(3);
    expect(await take(slots, 3, 3)).toHaveLength(3);
  });

  test('grants nothing while the upstream is paused, and a shorter pause does not end a longer one', async () => {
    const slots = await open('p1');
    await slots.pause('up', 200);
    await slots.pause('up', 1);
    await wait(20);
    expect(await take(slots, 3, 1)).toEqual([]);
    await wait(200);
    expect(await take(slots, 3, 1)).toHaveLength(1);
  });
}
