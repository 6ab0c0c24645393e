import { describe, expect, test } from 'vitest';
import { ManualClock } from '#testing';
import { Sweep } from './sweep.js';

describe('Sweep', () => {
  function setup(left: number) {
    const clock = new ManualClock();
    const calls: number[] = [];
    const work = () => {
      const done = Math.min(10, left);
      left -= done;
      calls.push(done);
      return Promise.resolve(done);
    };
    return { clock, calls, sweep: new Sweep(clock), work };
  }

  test('works until there is nothing more, and then rests for a minute', async () => {
    const { clock, calls, sweep, work } = setup(25);
    expect(await sweep.run(10, work)).toBe(25);
    expect(calls).toEqual([10, 10, 5]);
    expect(await sweep.run(10, work)).toBe(0);
    clock.advance(59_999);
    await sweep.run(10, work);
    expect(calls).toHaveLength(3);
    clock.advance(1);
    await sweep.run(10, work);
    expect(calls).toHaveLength(4);
  });

  test('does a bounded part at a time and goes on with the next tick', async () => {
    const { calls, sweep, work } = setup(1_000);
    expect(await sweep.run(10, work)).toBe(100);
    expect(await sweep.run(10, work)).toBe(100);
    expect(calls).toHaveLength(20);
  });

  test('comes again at once when it failed', async () => {
    const { sweep, work } = setup(5);
    await expect(sweep.run(10, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await sweep.run(10, work)).toBe(5);
  });
});
