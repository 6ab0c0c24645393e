import { describe, expect, test } from 'vitest';
import { type LanePulse, type WorkerPulse } from '#contracts';
import { WorkerPulses } from './worker-pulses.js';

const pulse = (processId: string, counts: Partial<LanePulse>): WorkerPulse => ({
  processId,
  lanes: {
    a: {
      started: { realtime: 0, high: 0, normal: 0, low: 0 },
      running: 0,
      limit: 20,
      ended: 0,
      busyMs: 0,
      drops: 0,
      pausedUntilMs: 0,
      ...counts,
    },
  },
});

describe('WorkerPulses', () => {
  test('adds up what was counted since the last reading, over all processes', () => {
    const pulses = new WorkerPulses();
    pulses.observe(pulse('p', { ended: 1_000, busyMs: 5_000, drops: 7 }), 0);
    pulses.observe(pulse('q', {}), 0);
    expect(pulses.read(0)['a']).toMatchObject({ ended: 0, busyMs: 0, drops: 0 });
    pulses.observe(pulse('p', { running: 2, ended: 1_001, busyMs: 5_100, drops: 8 }), 1_000);
    pulses.observe(pulse('p', { running: 3, ended: 1_003, busyMs: 5_300, drops: 8 }), 2_000);
    pulses.observe(pulse('q', { running: 4, ended: 10, busyMs: 50, limit: 30 }), 2_000);
    expect(pulses.read(2_500)['a']).toEqual({
      running: 7,
      limit: 30,
      pausedUntilMs: 0,
      ended: 13,
      busyMs: 350,
      drops: 1,
      ageMs: 500,
    });
    expect(pulses.read(2_500)['a']).toMatchObject({ ended: 0, running: 7 });
  });

  test('what a process had counted before it was heard does not count', () => {
    const pulses = new WorkerPulses();
    pulses.observe(pulse('p', { ended: 50 }), 0);
    pulses.observe(pulse('p', { ended: 3 }), 1_000);
    expect(pulses.read(1_000)['a']).toMatchObject({ ended: 0 });
  });

  test('a silent process runs nothing any more, and a silent lane is forgotten in the end', () => {
    const pulses = new WorkerPulses();
    pulses.observe(pulse('p', { running: 5 }), 0);
    expect(pulses.read(4_000)['a']).toMatchObject({ running: 5 });
    expect(pulses.read(6_000)['a']).toMatchObject({
      running: 0,
      limit: 20,
      ageMs: 6_000,
    });
    expect(pulses.read(4_000_000)).toEqual({});
  });
});
