import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { stepsOf } from './pattern.js';
import { PatternGroups } from './pattern-groups.js';
import { WorkBudget } from './work-budget.js';

async function groupsOf(patterns: readonly string[], budget?: WorkBudget) {
  const groups = new PatternGroups(budget);
  const places = patterns.map((pattern) => groups.add(pattern));
  await groups.compile();
  return { groups, places };
}

describe('stepsOf', () => {
  test.each([
    ['a(b', 'missing closing )'],
    ['ab**c', 'invalid nested repetition operator: ** at character 3'],
    ['(?=a)', 'invalid or unsupported Perl syntax: (?='],
    ['x(a)\\1', 'invalid escape sequence: \\1 at character 5'],
    ['[z-a]', 'invalid character class range: z-a at character 2'],
    ['a{1,2000}', 'invalid repeat count'],
    ['(a{900}){900}', 'invalid repeat count'],
    ['(ab){600}', 'too much work: 2402 steps'],
  ])('refuses %s: %s', (pattern, reason) => {
    expect(() => stepsOf(pattern)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        fields: [{ field: 'pattern', message: expect.stringContaining(reason) }],
      }),
    );
  });

  test('is small for what people write', () => {
    expect(stepsOf('(?i)\\b(refund|money back|chargeback)\\b')).toBeLessThan(40);
  });
});

describe('PatternGroups', () => {
  test('answers as each pattern alone does, however they are grouped', async () => {
    const patterns = fc.constantFrom(
      'a+b',
      '^b',
      'c$',
      '(?i)\\bAB\\b',
      'a.c',
      '[^a]',
      '(a|b){200}',
      '(ab|c){150}x',
      '\\p{Han}',
      '',
    );
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n', '我', '😀'), maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(fc.array(patterns, { maxLength: 12 }), texts, async (chosen, text) => {
        const { groups, places } = await groupsOf(chosen);
        const match = groups.match(text);
        expect(places.map((place) => match.has(place))).toEqual(
          chosen.map((pattern) => RE2JS.compile(pattern).test(text)),
        );
      }),
      { numRuns: 150 },
    );
  });

  test.each(['(a+)+$', '([a-z]+)*!', '(a|aa)+$', '(.*a){20}', '(x+x+)+y', '(a|b)*a(a|b){300}'])(
    'the pattern %s, which stops other engines, takes no time',
    async (pattern) => {
      const { groups, places } = await groupsOf([pattern]);
      const text = `${'a'.repeat(50_000)}!b`;
      groups.match(text).has(places[0]!);
      const startedAt = performance.now();
      groups.match(text).has(places[0]!);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );

  test('looks at the beginning of a long text only', async () => {
    const { groups, places } = await groupsOf(['needle']);
    expect(groups.match(`${'x'.repeat(3_990)}needle`).has(places[0]!)).toBe(true);
    expect(groups.match(`${'x'.repeat(4_000)}needle`).has(places[0]!)).toBe(false);
  });

  test('patterns that have used up their time are not looked for until they have had their rest', async () => {
    let now = 0;
    const budget = new WorkBudget(() => now);
    const { groups, places } = await groupsOf(['a'], budget);
    budget.run(() => (now += 600));
    expect(groups.match('a').has(places[0]!)).toBeUndefined();
    now += 60_000;
    expect(groups.match('a').has(places[0]!)).toBe(true);
  });
});

describe('WorkBudget', () => {
  test('gives slow work a twentieth of the time, and fast work all of it', () => {
    let now = 0;
    const budget = new WorkBudget(() => now);
    for (let i = 0; i < 10_000; i += 1) budget.run(() => (now += 2));
    expect(budget.exhausted).toBe(false);
    const spent = { slow: 0, until: now + 100_000 };
    while (now < spent.until) {
      if (budget.exhausted) now += 1;
      else {
        budget.run(() => (now += 100));
        spent.slow += 100;
      }
    }
    expect(spent.slow).toBeGreaterThan(5_000);
    expect(spent.slow).toBeLessThan(6_000);
  });
});
