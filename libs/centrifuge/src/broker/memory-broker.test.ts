import { describe, expect, test } from 'vitest';
import { ManualClock } from '#testing';
import { conformsToBroker } from './broker.conformance.js';
import { MemoryBroker } from './memory-broker.js';

const RULES = {
  presence: true,
  publish: true,
  joinLeave: false,
  forcePushJoinLeave: false,
  token: false,
  historySize: 100,
  historyMs: 60_000,
};

describe('MemoryBroker', () => {
  conformsToBroker(() => Promise.resolve(new MemoryBroker(new ManualClock())));

  test('forgets who has not been heard of for a minute', async () => {
    const clock = new ManualClock();
    const broker = new MemoryBroker(clock);
    await broker.enter('k', { user: 'u', client: 'c' });
    clock.advance(59_999);
    expect(await broker.present('k')).toHaveLength(1);
    clock.advance(1);
    expect(await broker.present('k')).toEqual([]);
  });

  test('forgets what was published in unused channels rather than to grow without end', async () => {
    const broker = new MemoryBroker(new ManualClock());
    const body = JSON.stringify({ data: 'x'.repeat(1_000_000) });
    await broker.publish('old', body, RULES);
    for (let i = 0; i < 31; i += 1) await broker.publish('busy', body, RULES);
    const all = { after: undefined, limit: 100, reverse: false };
    expect((await broker.history('busy', all)).publications).toHaveLength(31);
    expect((await broker.history('old', all)).publications).toEqual([]);
  });
});
