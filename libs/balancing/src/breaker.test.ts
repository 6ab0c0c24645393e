import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Breaker, type BreakerRules, type BreakerState, type BreakerTicket } from './breaker.js';

const RULES: BreakerRules = {
  failuresInARow: 3,
  failureRate: 0.5,
  leastCalls: 10,
  windowMs: 10_000,
  successesToClose: 2,
  openMs: 1_000,
  mostOpenMs: 8_000,
};

/** Opens for the whole of its time. */
const open = (rules: Partial<BreakerRules> = {}) => new Breaker({ ...RULES, ...rules }, () => 1);
const failTimes = (breaker: Breaker, times: number, now = 0) => {
  for (let i = 0; i < times; i += 1) breaker.fail(breaker.begin(now), now);
};

describe('a breaker', () => {
  test('opens after failures in a row, and a success in between begins the row anew', () => {
    const breaker = open();
    failTimes(breaker, 2);
    breaker.succeed(breaker.begin(0), 0);
    failTimes(breaker, 2);
    expect(breaker.state(0)).toBe('closed');
    failTimes(breaker, 1);
    expect(breaker.state(0)).toBe('open');
    expect(breaker.waitMs(0)).toBe(1_000);
  });

  test('opens when half of many calls of a window fail', () => {
    const breaker = open({ failuresInARow: 100 });
    for (let i = 0; i < 4; i += 1) {
      breaker.succeed(breaker.begin(0), 0);
      failTimes(breaker, 1);
    }
    expect(breaker.state(0)).toBe('closed');
    breaker.succeed(breaker.begin(0), 0);
    failTimes(breaker, 1);
    expect(breaker.state(0)).toBe('open');
  });

  test('forgets an old window', () => {
    const breaker = open({ failuresInARow: 100 });
    failTimes(breaker, 9);
    failTimes(breaker, 9, 10_000);
    expect(breaker.state(10_000)).toBe('closed');
  });

  test('lets one probe through at a time, and closes after enough of them', () => {
    const breaker = open();
    failTimes(breaker, 3);
    expect(breaker.waitMs(1_000)).toBe(0);
    const probe = breaker.begin(1_000);
    expect(breaker.waitMs(1_000)).toBeGreaterThan(0);
    breaker.succeed(probe, 1_100);
    expect(breaker.state(1_100)).toBe('half-open');
    expect(breaker.waitMs(1_100)).toBe(0);
    breaker.succeed(breaker.begin(1_100), 1_200);
    expect(breaker.state(1_200)).toBe('closed');
  });

  test('stays open twice as long each time that a probe fails, up to the most', () => {
    const breaker = open();
    let now = 0;
    failTimes(breaker, 3);
    for (const ms of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      expect(breaker.waitMs(now)).toBe(ms);
      now += ms;
      failTimes(breaker, 1, now);
    }
  });

  test('does not forget how often it opened until it has been closed for long', () => {
    const breaker = open();
    const close = (now: number) => {
      for (let i = 0; i < 2; i += 1) breaker.succeed(breaker.begin(now), now);
      expect(breaker.state(now)).toBe('closed');
    };
    failTimes(breaker, 3);
    close(1_000);
    failTimes(breaker, 3, 1_500);
    expect(breaker.waitMs(1_500)).toBe(2_000);
    close(3_500);
    failTimes(breaker, 3, 3_500 + 8_001);
    expect(breaker.waitMs(3_500 + 8_001)).toBe(1_000);
  });

  test('does not listen to calls of an older state', () => {
    const breaker = open();
    const old = breaker.begin(0);
    failTimes(breaker, 3);
    breaker.succeed(old, 500);
    expect(breaker.state(500)).toBe('open');
    expect(breaker.state(1_000)).toBe('half-open');
    breaker.succeed(old, 1_000);
    breaker.succeed(old, 1_000);
    expect(breaker.state(1_000)).toBe('half-open');
    breaker.fail(old, 1_000);
    expect(breaker.waitMs(1_000)).toBe(0);
  });

  test('lets another probe through when one says nothing, or is lost', () => {
    const breaker = open();
    failTimes(breaker, 3);
    breaker.release(breaker.begin(1_000));
    expect(breaker.waitMs(1_000)).toBe(0);
    breaker.begin(1_000);
    expect(breaker.waitMs(1_000)).toBe(250);
    expect(breaker.waitMs(300_999)).toBe(1);
    expect(breaker.waitMs(301_000)).toBe(0);
  });

  test('half opens at once when something else has seen life', () => {
    const breaker = open();
    breaker.halfOpen();
    expect(breaker.state(0)).toBe('closed');
    failTimes(breaker, 3);
    breaker.halfOpen();
    expect(breaker.state(0)).toBe('half-open');
  });
});

interface Step {
  readonly do: 'begin' | 'succeed' | 'fail' | 'release' | 'pass';
  readonly n: number;
}

interface Call {
  readonly ticket: BreakerTicket;
  /** How often the state had changed when it began. */
  readonly change: number;
}

interface Seen {
  readonly step: Step;
  readonly before: BreakerState;
  readonly state: BreakerState;
  readonly waitMs: number;
  readonly failures: number;
  /** Calls under way that began in this state. */
  readonly current: number;
}

/** Does what a caller may do, who begins nothing while there is something to wait for. */
function run(course: readonly Step[], check: (seen: Seen) => boolean): boolean {
  const breaker = open();
  const underWay: Call[] = [];
  let [now, failures, change, before] = [0, 0, 0, breaker.state(0)];
  for (const step of course) {
    if (step.do === 'pass') now += step.n;
    else if (step.do === 'begin') {
      if (breaker.waitMs(now) === 0) underWay.push({ ticket: breaker.begin(now), change });
    } else if (underWay.length > 0) {
      const [{ ticket }] = underWay.splice(step.n % underWay.length, 1) as [Call];
      if (step.do === 'fail') failures += 1;
      breaker[step.do](ticket, now);
    }
    const state = breaker.state(now);
    if (state !== before) change += 1;
    const current = underWay.filter((call) => call.change === change).length;
    const holds = check({ step, before, state, waitMs: breaker.waitMs(now), failures, current });
    if (!holds) return false;
    before = state;
  }
  return true;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    do: fc.constantFrom<Step['do'][]>('begin', 'begin', 'succeed', 'fail', 'fail', 'release', 'pass'),
    n: fc.nat({ max: 1_400 }),
  }),
  { maxLength: 200, size: 'max' },
);

/** Holds in every situation, and was looked at in some where `when` holds. */
function always(when: (seen: Seen) => boolean, then: (seen: Seen) => boolean): void {
  let situations = 0;
  const check = (seen: Seen) => {
    if (!when(seen)) return true;
    situations += 1;
    return then(seen);
  };
  fc.assert(
    fc.property(steps, (course) => run(course, check)),
    { numRuns: 300 },
  );
  expect(situations).toBeGreaterThan(10);
}

const enters = (wanted: BreakerState) => (seen: Seen) => seen.state === wanted && seen.before !== wanted;

describe('whatever happens, a breaker', () => {
  test('is open for no longer than the most', () => {
    always(
      ({ state }) => state === 'open',
      ({ waitMs }) => waitMs > 0 && waitMs <= RULES.mostOpenMs,
    );
  });

  test('has one probe under way while half-open, or lets one begin', () => {
    always(
      ({ state }) => state === 'half-open',
      ({ waitMs, current }) => current === (waitMs > 0 ? 1 : 0),
    );
  });

  test('keeps nothing waiting while closed', () => {
    always(
      ({ state }) => state === 'closed',
      ({ waitMs }) => waitMs === 0,
    );
  });

  test('opens by a failure only', () => {
    always(
      enters('open'),
      ({ before, step, failures }) =>
        step.do === 'fail' && (before === 'half-open' || failures >= RULES.failuresInARow),
    );
  });

  test('becomes half-open by time, and only when it was open', () => {
    always(enters('half-open'), ({ before, step }) => before === 'open' && step.do === 'pass');
  });

  test('closes by a probe that goes well only', () => {
    always(enters('closed'), ({ before, step }) => before === 'half-open' && step.do === 'succeed');
  });
});
