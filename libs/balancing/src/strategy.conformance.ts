import { describe, expect, test } from 'vitest';
import { Random } from '#testing';
import { EndpointLoad } from './endpoint-load.js';
import { createStrategy, type StrategyName } from './strategies/create-strategy.js';
import { type Candidate, type Client, type Strategy } from './strategy.js';

/** An endpoint whose calls a test begins and ends. */
export class TestCandidate implements Candidate {
  readonly load = new EndpointLoad();
  connections = 0;

  constructor(
    readonly id: string,
    public weight = 1,
    public priority = 0,
  ) {}
}

export const CALLS = 10_000;

export function candidates(...weights: number[]): TestCandidate[] {
  return weights.map((weight, i) => new TestCandidate(`e${i + 1}`, weight));
}

export function open(name: StrategyName, seed = 1): Strategy {
  const random = new Random(seed);
  return createStrategy(name, { random: () => random.next(), now: () => 0 });
}

/** Ten thousand clients. */
export function client(i: number): Client {
  return { clientIp: `10.${i % 7}.${i % 199}.${i % 251}-${i}` };
}

/** Which part of all calls each candidate gets, with so many of them under way at once, ending by chance. */
export function shares(strategy: Strategy, among: readonly TestCandidate[], atOnce = 1): number[] {
  const random = new Random(7);
  const underWay: TestCandidate[] = [];
  const counts = new Map(among.map(({ id }) => [id, 0]));
  for (let i = 0; i < CALLS; i += 1) {
    if (underWay.length >= atOnce)
      underWay.splice(Math.floor(random.next() * underWay.length), 1)[0]!.connections -= 1;
    const picked = strategy.pick(among, client(i));
    picked.connections += 1;
    underWay.push(picked);
    counts.set(picked.id, counts.get(picked.id)! + 1);
  }
  for (const candidate of underWay) candidate.connections -= 1;
  return [...counts.values()].map((count) => count / CALLS);
}

/** What every strategy promises. */
export function conformsToStrategy(name: StrategyName): void {
  describe(`${name}, as every strategy`, () => {
    test('picks one of the candidates', () => {
      const strategy = open(name);
      const all = candidates(1, 2, 3, 4, 5);
      for (let i = 0; i < 500; i += 1) {
        const some = all.filter((_, n) => (i + n) % 3 !== 0);
        expect(some).toContain(strategy.pick(some, client(i)));
      }
    });

    test('picks the only one there is', () => {
      const [only] = candidates(1);
      expect(open(name).pick([only!], {})).toBe(only);
    });

    test('gives equals equal parts', () => {
      for (const atOnce of [1, 30])
        for (const share of shares(open(name), candidates(1, 1, 1, 1, 1), atOnce))
          expect(Math.abs(share - 0.2)).toBeLessThanOrEqual(0.02);
    });

    test('knows no client, and picks all the same', () => {
      const strategy = open(name);
      const all = candidates(1, 1, 1);
      const picked = new Set(Array.from({ length: 100 }, () => strategy.pick(all, {}).id));
      expect(picked.size).toBe(3);
    });

    test('does the same with the same chances', () => {
      const run = () => {
        const [strategy, all] = [open(name, 42), candidates(3, 2, 1)];
        return Array.from({ length: 50 }, (_, i) => strategy.pick(all, client(i)).id);
      };
      expect(run()).toEqual(run());
    });

    test('survives candidates that come and go without end', () => {
      const strategy = open(name);
      for (let i = 0; i < 5_000; i += 1) strategy.pick([new TestCandidate(`once${i}`)], client(i));
      for (const share of shares(strategy, candidates(1, 1, 1, 1, 1)))
        expect(Math.abs(share - 0.2)).toBeLessThanOrEqual(0.02);
    });

    test('follows a weight that changes, where it looks at weights', () => {
      const strategy = open(name);
      const all = candidates(1, 1);
      shares(strategy, all, 10);
      all[1]!.weight = 3;
      const [, second] = shares(strategy, all, 40);
      expect(Math.abs(second! - (name === 'round_robin' ? 0.5 : 0.75))).toBeLessThanOrEqual(0.02);
    });
  });
}
