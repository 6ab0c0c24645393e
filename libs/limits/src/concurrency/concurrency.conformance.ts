import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Concurrency, type Full, type Lease } from './concurrency.js';

/** How long a lease lives without renewal in these tests. */
export const LEASE_MS = 300;

/**
 * The behaviour every Concurrency owes its callers. `open` gives all that share the same places, the first of them as the
 * process `p1`; `wait` lets the adapter's clock pass.
 */
export function conformsToConcurrency(
  open: () => Promise<readonly Concurrency[]>,
  wait: (ms: number) => Promise<void>,
): void {
  const setup = async () => (await open())[0]!;
  const limits = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([name, limit]) => ({ name, limit }));
  const granted = (outcome: Lease | Full): Lease => {
    if (!outcome.granted) throw new Error(`${outcome.which} is full`);
    return outcome;
  };

  test('gives a place under all names or under none, and says which is full', async () => {
    const places = await setup();
    const both = limits({ global: 2, 'tenant:a': 1 });
    const first = granted(await places.acquire(both));
    expect(first.names).toEqual(['global', 'tenant:a']);
    expect(await places.acquire(both)).toEqual({ granted: false, which: 'tenant:a' });
    expect([await places.held('global'), await places.held('tenant:a')]).toEqual([1, 1]);
    granted(await places.acquire(limits({ global: 2, 'tenant:b': 1 })));
    expect(await places.acquire(limits({ 'tenant:c': 1, global: 2 }))).toEqual({
      granted: false,
      which: 'global',
    });
    expect(await places.held('tenant:c')).toBe(0);
  });

  test('frees all names of a lease, once', async () => {
    const places = await setup();
    const two = limits({ a: 2, b: 2 });
    const [first, second] = [granted(await places.acquire(two)), granted(await places.acquire(two))];
    expect(second.token).not.toBe(first.token);
    await places.release(first);
    await places.release(first);
    expect([await places.held('a'), await places.held('b')]).toEqual([1, 1]);
    granted(await places.acquire(two));
    expect(await places.acquire(two)).toMatchObject({ granted: false });
  });

  test('gives none where there may be none, or fewer than there are', async () => {
    const places = await setup();
    expect(await places.acquire(limits({ a: 0 }))).toEqual({ granted: false, which: 'a' });
    for (let i = 0; i < 3; i += 1) granted(await places.acquire(limits({ b: 3 })));
    expect(await places.acquire(limits({ b: 2 }))).toEqual({ granted: false, which: 'b' });
    granted(await places.acquire([]));
  });

  test('is exact where a hundred come at once, through any process', async () => {
    const all = await open();
    const asked = limits({ global: 50, user: 7 });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => all[i % all.length]!.acquire(asked)),
    );
    expect(outcomes.filter((outcome) => outcome.granted)).toHaveLength(7);
    expect(await all[0]!.held('global')).toBe(7);
  });

  test('keeps leases that are renewed, and frees them when they are not', async () => {
    const places = await setup();
    const two = limits({ a: 2 });
    granted(await places.acquire(two));
    granted(await places.acquire(two));
    await wait(LEASE_MS * 0.7);
    await places.renew();
    await wait(LEASE_MS * 0.7);
    expect(await places.acquire(two)).toMatchObject({ granted: false });
    await wait(LEASE_MS * 0.7);
    granted(await places.acquire(two));
  });

  test('tells those who came in vain, in the order of their ranks, as many as there are places', async () => {
    const all = await open();
    const [places, other] = [all[0]!, all.at(-1)!];
    const two = limits({ a: 2 });
    const held = [granted(await places.acquire(two)), granted(await places.acquire(two))];
    for (const [id, rank] of [
      ['late', 30],
      ['first', 10],
      ['second', 20],
      ['first', 10],
    ] as const)
      expect(await other.acquire(two, { id, rank })).toEqual({ granted: false, which: 'a' });
    expect(await places.next(two)).toEqual([]);
    await places.release(held[0]!);
    expect(await places.next(limits({ b: 1, a: 2 }))).toEqual(['first']);
    await places.release(held[1]!);
    expect(await other.next(two)).toEqual(['second', 'late']);
    expect(await places.next(two)).toEqual([]);
  });

  test('lets whoever is full under one name stand in its line only', async () => {
    const places = await setup();
    const lease = granted(await places.acquire(limits({ b: 1 })));
    expect(await places.acquire(limits({ a: 1, b: 1 }), { id: 'w', rank: 1 })).toMatchObject({ which: 'b' });
    expect(await places.next(limits({ a: 1, b: 1 }))).toEqual([]);
    await places.release(lease);
    expect(await places.next(limits({ a: 1, b: 1 }))).toEqual(['w']);
  });

  test('frees at once what a dead process held, and nothing else', async () => {
    const places = await setup();
    for (let i = 0; i < 3; i += 1) granted(await places.acquire(limits({ a: 3, b: 9 })));
    expect(await places.sweep('p')).toBe(0);
    expect(await places.sweep('p1')).toBe(3);
    expect([await places.held('a'), await places.held('b')]).toEqual([0, 0]);
  });

  test('never has more under a name than its limit, whatever is acquired and released', async () => {
    const names = ['a', 'b', 'c'];
    const most: Readonly<Record<string, number>> = { a: 1, b: 2, c: 4 };
    const step = fc.oneof(
      fc.record({ take: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), by: fc.nat(2) }),
      fc.record({ give: fc.nat(9) }),
    );
    const play = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (course) => {
      const all = await open();
      const held: Lease[] = [];
      for (const one of course) {
        if ('give' in one) {
          const [lease] = held.splice(one.give, 1);
          if (lease) await all[0]!.release(lease);
          continue;
        }
        const countOf = (name: string) => held.filter((lease) => lease.names.includes(name)).length;
        const full = one.take.find((name) => countOf(name) >= most[name]!);
        const asked = one.take.map((name) => ({ name, limit: most[name]! }));
        const outcome = await all[one.by % all.length]!.acquire(asked);
        if (outcome.granted) held.push(outcome);
        expect(outcome.granted ? undefined : outcome.which).toBe(full);
      }
      for (const name of names)
        expect(await all[0]!.held(name)).toBe(held.filter((lease) => lease.names.includes(name)).length);
    });
    await fc.assert(play, { numRuns: 10 });
  });
}
