import { describe, expect, test } from 'vitest';
import { type PausedBand, PRIORITIES } from '#contracts';
import { covers, withBand, withoutBand } from './pause-list.js';

const LANES = ['openai', 'simulator'];

/** What a list holds for, as `lane priority`. */
const held = (list: readonly PausedBand[]) =>
  LANES.flatMap((lane) =>
    PRIORITIES.filter((priority) => list.some((entry) => covers(entry, { lane, priority }))).map(
      (priority) => `${lane} ${priority}`,
    ),
  );

describe('the list of pauses', () => {
  test('an entry holds for all that it leaves open', () => {
    expect(held([{}])).toHaveLength(8);
    expect(held([{ priority: 'low' }])).toEqual(['openai low', 'simulator low']);
    expect(held([{ lane: 'openai', priority: 'low' }])).toEqual(['openai low']);
  });

  test('a wider entry takes the place of narrower ones', () => {
    expect(
      withBand([{ lane: 'openai', priority: 'low' }, { priority: 'high' }], { priority: 'low' }),
    ).toEqual([{ priority: 'high' }, { priority: 'low' }]);
    expect(withBand([{}], { priority: 'low' })).toEqual([{}]);
  });

  test.each<[PausedBand, PausedBand]>([
    [{}, { priority: 'low' }],
    [{}, { lane: 'openai' }],
    [{}, { lane: 'openai', priority: 'low' }],
    [{ lane: 'openai' }, { priority: 'low' }],
    [{ priority: 'low' }, { lane: 'openai' }],
    [{ priority: 'low' }, {}],
    [{ lane: 'openai' }, { lane: 'simulator' }],
    [{ priority: 'low' }, { priority: 'high' }],
  ])('%o without %o is the rest of it', (entry, band) => {
    const rest = held([entry]).filter((each) => !held([band]).includes(each));
    expect(held(withoutBand([entry], band, LANES))).toEqual(rest);
  });
});
