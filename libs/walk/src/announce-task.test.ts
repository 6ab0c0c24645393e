import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Message, newId, taskIdOf, type TaskEvent } from '#contracts';
import { MemoryTaskEvents } from '#streaming';
import { AnnounceTask } from './announce-task.js';

const USAGE = { promptTokens: 1, completionTokens: 2, estimated: false };

/** What there is to know of a message here. */
function messageOf(more: Partial<Message> = {}): Message {
  const told: Partial<Message> = {
    id: newId('msg'),
    tenantId: 't1',
    attempt: 1,
    attemptsBefore: 0,
    options: { task_type: 'custom' },
    startedAt: new Date(),
    ...more,
  };
  return told as Message;
}

describe('what is told of tasks', () => {
  let heard: TaskEvent[];
  let announce: AnnounceTask;
  const types = () => heard.map(({ event_type, progress }) => [event_type, progress]);

  beforeEach(() => {
    vi.useFakeTimers();
    heard = [];
    const events = new MemoryTaskEvents(() => undefined);
    events.listen('t1', (event) => heard.push(event));
    announce = new AnnounceTask(events);
  });
  afterEach(() => vi.useRealTimers());

  test('is its start once, and how far it is whenever that has risen', () => {
    const message = messageOf();
    let progress = 0;
    const unfollow = announce.follow(message, () => progress);
    for (const now of [0, 10, 10, 20]) {
      progress = now;
      vi.advanceTimersByTime(1_000);
    }
    unfollow();
    progress = 50;
    vi.advanceTimersByTime(5_000);
    expect(types()).toEqual([
      ['started', 0],
      ['progress', 10],
      ['progress', 20],
    ]);
    expect(heard[0]).toMatchObject({ task_id: taskIdOf(message.id), status: 'running' });
  });

  test('is no second start on another attempt, but one after it was requeued', () => {
    announce.follow(messageOf({ attempt: 2 }), () => 0)();
    vi.runAllTimers();
    expect(heard).toEqual([]);
    announce.follow(messageOf({ attempt: 4, attemptsBefore: 3 }), () => 0)();
    vi.runAllTimers();
    expect(types()).toEqual([['started', 0]]);
  });

  test('is its result, or why there is none', () => {
    const reply = { content: '{"a": 1}', usage: USAGE };
    announce.ended(messageOf(), { status: 'completed', reply });
    announce.ended(messageOf(), { status: 'timeout', failure: { code: 'expired', message: 'late' }, reply });
    vi.runAllTimers();
    expect(heard).toMatchObject([
      {
        event_type: 'completed',
        progress: 100,
        data: { a: 1 },
        metadata: { token_usage: { total_tokens: 3 } },
      },
      { event_type: 'failed', status: 'timeout', error: 'late', error_code: 'expired' },
    ]);
    expect(heard[1]).not.toHaveProperty('data');
  });

  test('is nothing where a message is no task', () => {
    const message = messageOf({ options: null });
    announce.follow(message, () => 50)();
    announce.retrying(message);
    announce.ended(message, { status: 'completed' });
    vi.runAllTimers();
    expect(heard).toEqual([]);
  });
});
