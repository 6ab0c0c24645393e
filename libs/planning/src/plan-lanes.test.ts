import { describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { type LaneReading } from './worker-pulses.js';
import { NONE_WAITING } from './lane-sample.js';
import { planLanes } from './plan-lanes.js';
import {
  NO_ORDERS,
  NO_PLAN,
  type Orders,
  type PlanningState,
  resumed,
  slotsOf,
  workersFor,
} from './planning-state.js';

const rules = { ...loadConfig({ env: {} }).scheduler, standby_slots: 10, safe_slots: 6 };
const START = 1_000_000;

const reading: LaneReading = {
  running: 0,
  limit: 50,
  pausedUntilMs: 0,
  ended: 0,
  busyMs: 0,
  drops: 0,
  ageMs: 0,
};

/** The plan after one more second; a lane of which nothing is said is heard and idle. */
function next(
  before: PlanningState,
  {
    heard = { a: {} },
    orders = {},
    seconds = 1,
    backlog = 0,
  }: Partial<{
    heard: Record<string, Partial<LaneReading>>;
    orders: Partial<Orders>;
    seconds: number;
    backlog: number;
  }> = {},
): PlanningState {
  const atMs = (before.atMs || START) + seconds * 1_000;
  const readings = Object.fromEntries(
    Object.entries(heard).map(([lane, some]) => [lane, { ...reading, ...some }]),
  );
  const waiting = { a: { ...NONE_WAITING, normal: backlog } };
  return planLanes(before, { atMs, readings, waiting, orders: { ...NO_ORDERS, ...orders } }, rules);
}

describe('the plan', () => {
  test('goes on when another leader takes it over, who has not counted what ended meanwhile', () => {
    let plan = next(NO_PLAN);
    for (let i = 0; i < 120; i += 1)
      plan = next(plan, { heard: { a: { running: 20, ended: 10, busyMs: 20_000 } } });
    const before = slotsOf(plan)['a']!;
    plan = next(resumed(plan), { seconds: 8, heard: { a: { running: 20, ended: 0 } } });
    for (let i = 0; i < 20; i += 1)
      plan = next(plan, { heard: { a: { running: 20, ended: 10, busyMs: 20_000 } } });
    expect(slotsOf(plan)['a']).toBe(before);
    expect(plan.lanes['a']!.state.flow.arrivals).toBeCloseTo(10, 1);
  });

  test('gets a new version when its slots change, and only then', () => {
    const first = next(NO_PLAN);
    const same = next(first);
    const more = next(same, { backlog: 400, heard: { a: { running: 10 } } });
    expect([first.version, same.version]).toEqual([1, 1]);
    expect(more.version).toBe(2);
    expect(slotsOf(more)['a']).toBeGreaterThan(10);
    expect(next(more, { heard: { a: {}, b: {} } }).version).toBe(3);
  });

  test('names how many worker processes that takes, at least one', () => {
    const plan = next(NO_PLAN, { heard: { a: { running: 50 }, b: { running: 30 } } });
    expect(workersFor(plan, 100)).toBe(1);
    expect(workersFor(plan, 20)).toBe(4);
    expect(workersFor(NO_PLAN, 100)).toBe(1);
  });
});

describe('without news of a lane', () => {
  test('it holds after five seconds, and is safe after sixty', () => {
    const first = next(NO_PLAN);
    const held = next(first, { heard: { a: { ageMs: 6_000 } }, seconds: 6, backlog: 900 });
    expect(held.lanes['a']).toMatchObject({ slots: 10, reason: 'metrics_stale' });
    const gone = next(held, { heard: {}, seconds: 30 });
    expect(gone.lanes['a']).toMatchObject({ slots: 10, reason: 'metrics_stale' });
    const safe = next(gone, { heard: {}, seconds: 60 });
    expect(safe.lanes['a']).toMatchObject({ slots: 6, reason: 'safe_default' });
    expect(next(safe).lanes['a']).toMatchObject({ slots: 10, reason: 'load_rose' });
  });

  test('it is forgotten after an hour, and one that was never heard is not planned', () => {
    expect(next(next(NO_PLAN), { heard: {}, seconds: 3_700 }).lanes).toEqual({});
    expect(next(NO_PLAN, { heard: { a: { ageMs: 6_000 } } }).lanes).toEqual({});
  });
});

describe('an operator', () => {
  test('sets the slots, but not above what the provider is configured for', () => {
    const set = next(next(NO_PLAN), { orders: { slots: { a: 3 } } });
    expect(set.lanes['a']).toMatchObject({ slots: 3, reason: 'override' });
    expect(next(set, { orders: { slots: { a: 999 } } }).lanes['a']).toMatchObject({ slots: 50 });
    expect(next(set).lanes['a']).toMatchObject({ slots: 10, reason: 'steady' });
  });

  test('freezes what is, except what was set', () => {
    const first = next(NO_PLAN);
    const frozen = next(first, { orders: { frozen: true }, backlog: 900, heard: { a: { running: 10 } } });
    expect(frozen.lanes['a']).toMatchObject({ slots: 10, reason: 'frozen' });
    const set = next(frozen, { orders: { frozen: true, slots: { a: 4 } } });
    expect(set.lanes['a']).toMatchObject({ slots: 4, reason: 'override' });
    expect(next(set, { orders: { frozen: true } }).lanes['a']).toMatchObject({ slots: 4, reason: 'frozen' });
    expect(next(set, { backlog: 900, heard: { a: { running: 10 } } }).lanes['a']!.slots).toBeGreaterThan(10);
  });

  test('also rules a lane of which nothing is heard', () => {
    const set = next(next(NO_PLAN), { heard: {}, seconds: 90, orders: { slots: { a: 2 } } });
    expect(set.lanes['a']).toMatchObject({ slots: 2, reason: 'override' });
  });
});

describe('the decisions', () => {
  test('say what changed and why, newest first', () => {
    const plan = next(next(next(NO_PLAN), { orders: { slots: { a: 3 } } }));
    expect(plan.decisions.map(({ from, to, reason }) => ({ from, to, reason }))).toEqual([
      { from: 3, to: 10, reason: 'steady' },
      { from: 10, to: 3, reason: 'override' },
      { from: null, to: 10, reason: 'start' },
    ]);
    expect(plan.decisions[1]!.why).toBe('An operator has set 3 slots.');
  });

  test('one movement in several steps is one of them, and no more than a hundred are kept', () => {
    let plan = next(NO_PLAN);
    for (let i = 0; i < 4; i += 1)
      plan = next(plan, { backlog: 30 * (i + 1), heard: { a: { running: 50 } } });
    expect(plan.decisions.filter(({ reason }) => reason === 'load_rose').length).toBeLessThanOrEqual(1);
    for (let i = 0; i < 300; i += 1) plan = next(plan, { orders: i % 2 ? { slots: { a: 3 } } : {} });
    expect(plan.decisions).toHaveLength(100);
  });

  test('a plan that does not change says nothing', () => {
    let plan = next(NO_PLAN);
    for (let i = 0; i < 20; i += 1) plan = next(plan);
    expect(plan.decisions).toHaveLength(1);
  });
});
