import { describe, expect, test } from 'vitest';
import { type LanePulse } from '#contracts';
import { NONE } from './estimate-wait.js';
import { LanePaces } from './lane-paces.js';

const WAITING = { sim: { ...NONE, normal: 50 } };

function pulse(processId: string, counters: Partial<LanePulse>) {
  const nothing = { started: NONE, running: 0, limit: 4, ended: 0, busyMs: 0, drops: 0, pausedUntilMs: 0 };
  return { processId, lanes: { sim: { ...nothing, ...counters } } };
}

/** A lane in which two workers end `each` messages per second, for some seconds. */
function busyLane(seconds: number, each: number, waiting: Record<string, typeof NONE> = WAITING) {
  const paces = new LanePaces();
  for (let s = 0; s <= seconds; s += 1) {
    for (const worker of ['a', 'b']) {
      const ended = s * each;
      const started = { ...NONE, normal: ended };
      paces.observe(pulse(worker, { running: 2, ended, busyMs: ended * 500, started }), s * 1_000);
    }
    paces.sample(waiting, s * 1_000);
  }
  return paces;
}

describe('LanePaces', () => {
  test('a lane of which nothing was heard has no slots', () => {
    expect(new LanePaces().outlook('sim', 0)).toMatchObject({ slots: 0, perSecond: undefined });
  });

  test('without a backlog the rate is what the slots could do', () => {
    const outlook = busyLane(10, 2, {}).outlook('sim', 10_000);
    expect(outlook).toMatchObject({ slots: 4, running: 4, meanMs: 500, perSecond: 8 });
  });

  test('with a backlog it is what was done', () => {
    const outlook = busyLane(20, 3).outlook('sim', 20_000);
    expect(outlook).toMatchObject({ perSecond: 6, steady: true, starts: { ...NONE, normal: 6 } });
  });

  test('few messages are no rate, but they have a mean', () => {
    expect(busyLane(4, 2).outlook('sim', 4_000)).toMatchObject({ perSecond: 8, steady: false });
  });

  test('what a worker did before it was heard of counts for the mean only', () => {
    const paces = new LanePaces();
    paces.observe(pulse('a', { ended: 1_000, busyMs: 2_000_000 }), 0);
    paces.sample(WAITING, 0);
    expect(paces.outlook('sim', 0)).toMatchObject({ meanMs: 2_000, perSecond: 2 });
  });

  test('the plan lowers the slots, and a silent worker is forgotten', () => {
    const paces = busyLane(10, 2);
    paces.plan({ version: 1, atMs: 0, slots: { sim: 3 } }, 10_000);
    expect(paces.outlook('sim', 10_000).slots).toBe(3);
    paces.sample(WAITING, 20_000);
    expect(paces.outlook('sim', 20_000)).toMatchObject({ slots: 0, running: 0 });
  });
});
