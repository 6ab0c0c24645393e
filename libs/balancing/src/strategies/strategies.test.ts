import { describe, expect, test } from 'vitest';
import { BALANCING } from '#catalog';
import {
  CALLS,
  candidates,
  client,
  conformsToStrategy,
  open,
  shares,
  TestCandidate,
} from '../strategy.conformance.js';

for (const name of BALANCING) conformsToStrategy(name);

/** At most this part of all calls may be elsewhere than the theory says. */
const TWO_PER_CENT = 0.02;

describe('ten thousand calls over five endpoints', () => {
  const byWeight = [1, 2, 3, 4, 5].map((weight) => weight / 15);
  const evenly = [0.2, 0.2, 0.2, 0.2, 0.2];

  test.each([
    ['round_robin', evenly, 1],
    ['round_robin', evenly, 45],
    ['weighted_round_robin', byWeight, 1],
    ['weighted_round_robin', byWeight, 45],
    ['weighted_random', byWeight, 1],
    ['weighted_random', byWeight, 45],
    ['least_connections', byWeight, 1],
    ['least_connections', byWeight, 45],
    ['adaptive_load', byWeight, 1],
    ['adaptive_load', byWeight, 45],
    ['ip_hash', byWeight, 1],
    ['ip_hash', byWeight, 45],
  ] as const)('%s: as the theory says (%j, %d at once)', (name, theory, atOnce) => {
    const got = shares(open(name), candidates(1, 2, 3, 4, 5), atOnce);
    got.forEach((share, i) => expect(Math.abs(share - theory[i]!)).toBeLessThanOrEqual(TWO_PER_CENT));
  });

  test.each(['round_robin', 'weighted_round_robin'] as const)('%s: to the very call', (name) => {
    const got = shares(open(name), candidates(1, 2, 3, 4, 5));
    const theory = name === 'round_robin' ? evenly : byWeight;
    got.forEach((share, i) => expect(Math.abs(share - theory[i]!) * CALLS).toBeLessThanOrEqual(1));
  });

  test('priority_based: all to the lowest number, by weight among equals', () => {
    const all = [2, 1, 1, 3, 1].map((priority, i) => new TestCandidate(`e${i}`, i + 1, priority));
    const got = shares(open('priority_based'), all);
    [0, 0.2, 0.3, 0, 0.5].forEach((share, i) => expect(Math.abs(got[i]! - share)).toBeLessThanOrEqual(0.001));
  });
});

describe('least_connections', () => {
  test('levels out what is uneven, and lets equals take turns', () => {
    const strategy = open('least_connections');
    const all = candidates(1, 1, 1);
    all[0]!.connections = 5;
    const picked = Array.from({ length: 10 }, () => {
      const one = strategy.pick(all, {});
      one.connections += 1;
      return one.id;
    });
    expect(picked.join(' ')).toMatch(/^((e2 e3|e3 e2) ){4}(e2 e3|e3 e2)$/);
    expect(all.map(({ connections }) => connections)).toEqual([5, 5, 5]);
  });
});

describe('ip_hash', () => {
  const all = candidates(1, 1, 1, 1, 1);
  const where = (among: TestCandidate[]) =>
    Array.from({ length: CALLS }, (_, i) => open('ip_hash').pick(among, client(i)).id);

  test('sends a client to the same endpoint every time', () => {
    const strategy = open('ip_hash');
    const first = strategy.pick(all, client(1));
    for (let i = 0; i < 50; i += 1) {
      strategy.pick(all, client(i));
      expect(strategy.pick(all, client(1))).toBe(first);
    }
  });

  test('moves only the clients of an endpoint that goes', () => {
    const [before, after] = [where(all), where(all.slice(1))];
    const stayed = before.flatMap((id, i) => (id === 'e1' ? [] : [id === after[i]]));
    expect(stayed.length).toBeGreaterThan(0.75 * CALLS);
    expect(new Set(stayed)).toEqual(new Set([true]));
  });

  test('moves clients only to an endpoint that comes, and no more than its part', () => {
    const [before, after] = [where(all), where([...all, new TestCandidate('e6')])];
    const moved = after.filter((id, i) => id !== before[i]);
    expect(new Set(moved)).toEqual(new Set(['e6']));
    expect(Math.abs(moved.length / CALLS - 1 / 6)).toBeLessThanOrEqual(TWO_PER_CENT);
  });

  test('goes by session and user where there is no address', () => {
    const strategy = open('ip_hash');
    const [bySession, byUser] = [{ sessionId: 's', userId: 'x' }, { userId: 's' }];
    expect(strategy.pick(all, bySession)).toBe(strategy.pick(all, byUser));
  });
});
