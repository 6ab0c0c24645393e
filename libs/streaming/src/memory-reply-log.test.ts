import { describe, expect, test } from 'vitest';
import { ManualClock } from '#testing';
import { MemoryReplyLog } from './memory-reply-log.js';
import { conformsToReplyLog } from './reply-log.conformance.js';

const retention = { endedMs: 1_000, idleMs: 5_000 };

describe('MemoryReplyLog', () => {
  conformsToReplyLog(() => Promise.resolve(new MemoryReplyLog(retention, new ManualClock())));

  test('forgets an ended reply after its retention, and a silent one later', async () => {
    const clock = new ManualClock();
    const log = new MemoryReplyLog(retention, clock);
    await log.append('ended', [{ seq: 1, event: { type: 'end', status: 'completed' } }]);
    await log.append('running', [{ seq: 1, event: { type: 'started', attempt: 1 } }]);
    clock.advance(1_001);
    log.sweep();
    expect(await log.tail('ended')).toBeUndefined();
    expect(await log.tail('running')).toEqual({ seq: 1, ended: false });
    clock.advance(4_000);
    log.sweep();
    expect(await log.tail('running')).toBeUndefined();
    await log.close();
  });
});
