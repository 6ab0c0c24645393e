import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig, PLANNING_STRATEGIES } from '#config';
import { PRIORITIES } from '#contracts';
import { controlLane } from './control-lane.js';
import { type LaneSample, NONE_WAITING } from './lane-sample.js';
import { type LaneState } from './lane-state.js';
import { type PlanningRules } from './strategy.js';

const defaults = loadConfig({ env: {} }).scheduler;
const SEED = { seed: 20_260_101, numRuns: 300 };
const START = Date.UTC(2026, 0, 5, 12);

const idle: LaneSample = {
  atMs: START,
  waiting: NONE_WAITING,
  running: 0,
  ended: 0,
  busyMs: 0,
  drops: 0,
  limit: 100,
  pausedUntilMs: 0,
};

const count = (max: number) => fc.oneof({ weight: 3, arbitrary: fc.nat(Math.min(max, 60)) }, fc.nat(max));

/** Anything that workers could tell, and what they could not: more drops than attempts, clocks that go back. */
const anySample = fc
  .record({
    afterMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 5_000 }) },
      fc.integer({ min: -100_000, max: 9_000_000 }),
    ),
    waiting: fc.record({
      realtime: count(9_000),
      high: count(9_000),
      normal: count(9_000),
      low: count(999_999),
    }),
    running: count(5_000),
    ended: count(20_000),
    held: fc.nat(300_000),
    drops: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, count(3_000)),
    limit: fc.integer({ min: 1, max: 2_000 }),
    pauseMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(60_000)),
  })
  .map(({ afterMs, held, pauseMs, ...rest }) => ({
    afterMs,
    pauseMs,
    sample: { ...rest, busyMs: held * rest.ended },
  }));

const DAY_FLOORS: readonly PlanningRules['day_floors'][] = [
  [],
  [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1_440, slots: 250 }],
];

const anyRules: fc.Arbitrary<PlanningRules> = fc
  .record({
    strategy: fc.constantFrom(...PLANNING_STRATEGIES),
    min_slots: fc.integer({ min: 1, max: 300 }),
    max_slots: fc.integer({ min: 1, max: 3_000 }),
    standby_slots: fc.integer({ min: 1, max: 300 }),
    headroom: fc.double({ min: 0, max: 0.9, noNaN: true }),
    threshold_cooldown: fc.constantFrom(1_000, 60_000),
    day_floors: fc.constantFrom(...DAY_FLOORS),
  })
  .map((some) => ({ ...defaults, ...some }));

const anyHistory = fc.array(anySample, { minLength: 1, maxLength: 40 });

/** Runs a history and gives every step of it. */
function follow(
  history: readonly (typeof anySample extends fc.Arbitrary<infer S> ? S : never)[],
  rules: PlanningRules,
) {
  let atMs = START;
  let state: LaneState | undefined;
  return history.map(({ afterMs, pauseMs, sample }) => {
    atMs += afterMs;
    const full = { ...sample, atMs, pausedUntilMs: pauseMs === 0 ? 0 : atMs + pauseMs };
    const before = state;
    const step = controlLane(before, full, rules);
    state = step.state;
    return { before, sample: full, ...step };
  });
}

describe('every strategy, whatever it is told', () => {
  test('stays between least and most', () => {
    fc.assert(
      fc.property(anyHistory, anyRules, (history, rules) => {
        for (const { decision, sample } of follow(history, rules)) {
          const most = Math.min(sample.limit, rules.max_slots);
          expect(Number.isInteger(decision.slots)).toBe(true);
          expect(decision.slots).toBeGreaterThanOrEqual(Math.min(rules.min_slots, most));
          expect(decision.slots).toBeLessThanOrEqual(most);
          expect(decision.ceiling).toBeLessThanOrEqual(most);
          expect(decision.why).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
      SEED,
    );
  });

  test('gives no fewer slots when more messages wait', () => {
    const more = fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      by: fc.integer({ min: 1, max: 5_000 }),
    });
    fc.assert(
      fc.property(anyHistory, anyRules, more, (history, rules, { priority, by }) => {
        const { before, sample, decision } = follow(history, rules).at(-1)!;
        const waiting = { ...sample.waiting, [priority]: sample.waiting[priority] + by };
        const loaded = controlLane(before, { ...sample, waiting }, rules);
        expect(loaded.decision.slots).toBeGreaterThanOrEqual(decision.slots);
      }),
      SEED,
    );
  });

  test('is a pure function of plain JSON', () => {
    fc.assert(
      fc.property(anyHistory, anyRules, (history, rules) => {
        for (const { before, sample, state, decision } of follow(history, rules)) {
          const copy = before && (JSON.parse(JSON.stringify(before)) as LaneState);
          expect(controlLane(copy, sample, rules)).toEqual({ state, decision });
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
      }),
      { ...SEED, numRuns: 60 },
    );
  });
});

describe('adaptive', () => {
  const rules = { ...defaults, standby_slots: 1 };

  /** `seconds` of an even load: 100 messages/s of 400 ms each, both as far off as `noise` says. */
  function run(state: LaneState | undefined, seconds: number, noise: (i: number) => number) {
    let last = state;
    const slots: number[] = [];
    for (let i = 0; i < seconds; i += 1) {
      const ended = Math.round(100 * noise(2 * i));
      const step = controlLane(
        last,
        {
          ...idle,
          atMs: (last?.flow.atMs ?? START) + 1_000,
          running: 40,
          ended,
          busyMs: ended * 400 * noise(2 * i + 1),
        },
        rules,
      );
      last = step.state;
      slots.push(step.decision.slots);
    }
    return { state: last!, slots };
  }

  test('does not move on noise of ten per cent', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const noise = (i: number) =>
        0.9 + 0.2 * Math.abs((Math.sin(i * 12.9898 + seed * 78.233) * 43_758.5453) % 1);
      const settled = run(undefined, 420, noise);
      const { slots } = run(settled.state, 600, noise);
      expect(new Set(slots).size).toBe(1);
      expect(slots[0]).toBeGreaterThanOrEqual(45);
      expect(slots[0]).toBeLessThanOrEqual(62);
    }
  });

  test('gives better bands more slots for the same backlog', () => {
    const settled = run(undefined, 180, () => 1).state;
    const slots = PRIORITIES.map((priority) => {
      const waiting = { ...NONE_WAITING, [priority]: 40 };
      // They have waited for a while, they do not arrive now.
      const flow = { ...settled.flow, inside: settled.flow.inside! + 40 };
      return controlLane(
        { ...settled, flow },
        { ...idle, atMs: flow.atMs + 1_000, waiting, running: 40, ended: 100, busyMs: 40_000 },
        rules,
      ).decision.slots;
    });
    expect(slots).toEqual(slots.toSorted((a, b) => b - a));
    expect(slots[0]).toBeGreaterThan(slots[3]!);
  });

  test('keeps the standby slots without load, and starts with what runs', () => {
    const { state, decision } = controlLane(undefined, idle, defaults);
    expect(decision).toMatchObject({ slots: defaults.standby_slots, reason: 'start' });
    expect(controlLane(state, { ...idle, atMs: START + 1_000 }, defaults).decision.slots).toBe(
      defaults.standby_slots,
    );
    expect(controlLane(undefined, { ...idle, running: 70 }, defaults).decision.slots).toBe(70);
  });

  test('takes slots away slowly, and only after the window', () => {
    const settled = run(undefined, 180, () => 1).state;
    const slots: number[] = [];
    let state = settled;
    for (let i = 0; i < 120; i += 1) {
      const step = controlLane(state, { ...idle, atMs: state.flow.atMs + 1_000 }, rules);
      state = step.state;
      slots.push(step.decision.slots);
    }
    expect(slots[50]).toBe(slots[0]);
    expect(slots[119]).toBe(1);
    for (const [i, value] of slots.slice(1).entries())
      expect(value).toBeGreaterThanOrEqual(Math.floor(0.8 * slots[i]!));
  });

  test('is not thrown off when an operator deletes or pauses what waits', () => {
    const { state } = run(undefined, 180, () => 1);
    const full = { ...state, flow: { ...state.flow, inside: 100_000 } };
    const after = run(full, 5, () => 1).state;
    expect(after.flow.arrivals).toBeGreaterThan(0);
    expect(run(after, 10, () => 1).state.flow.arrivals).toBeGreaterThan(90);
  });

  test('holds while the upstream asks to wait', () => {
    const { state } = run(undefined, 60, () => 1);
    const sample = { ...idle, atMs: state.flow.atMs + 1_000, waiting: { ...NONE_WAITING, normal: 500 } };
    const held = controlLane(state, { ...sample, pausedUntilMs: sample.atMs + 5_000 }, rules);
    expect(held.decision).toMatchObject({ reason: 'upstream_paused', slots: Math.ceil(state.level) });
    expect(controlLane(state, sample, rules).decision.slots).toBeGreaterThan(held.decision.slots);
  });
});

describe('hybrid', () => {
  const floors = [{ days: [1, 2, 3, 4, 5], from: 8 * 60, to: 18 * 60, slots: 60 }];
  const rules: PlanningRules = { ...defaults, strategy: 'hybrid', standby_slots: 5, day_floors: floors };

  test('has its floor at its time of day only', () => {
    const first = controlLane(undefined, idle, rules).state;
    const noon = controlLane(first, { ...idle, atMs: START + 1_000 }, rules);
    expect(noon.decision).toMatchObject({ slots: 60, reason: 'day_floor' });
    const evening = controlLane(first, { ...idle, atMs: START + 8 * 3_600_000 }, rules);
    expect(evening.decision.slots).toBe(5);
  });

  test('yields to an upstream that bears less', () => {
    const { state } = controlLane(undefined, idle, rules);
    const sample = { ...idle, atMs: START + 1_000, running: 30, ended: 30, busyMs: 30_000, drops: 25 };
    expect(controlLane(state, sample, rules).decision.slots).toBeLessThan(60);
  });
});
