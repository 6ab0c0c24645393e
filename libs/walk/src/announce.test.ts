import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Message, newId, type News, taskIdOf } from '#contracts';
import { MemoryNewsLine } from '#streaming';
import { Announce } from './announce.js';

const USAGE = { promptTokens: 1, completionTokens: 2, estimated: false };

/** What there is to know of a message here. */
function messageOf(more: Partial<Message> = {}): Message {
  const told: Partial<Message> = {
    id: newId('msg'),
    tenantId: 't1',
    userId: 'ada',
    conversationId: null,
    status: 'pending',
    attempt: 1,
    attemptsBefore: 0,
    options: { task_type: 'custom' },
    startedAt: new Date(),
    ...more,
  };
  return told as Message;
}

describe('what is told', () => {
  let heard: News[];
  let announce: Announce;
  const tasks = () => heard.flatMap(({ task }) => task ?? []);
  const types = () => tasks().map(({ event_type, progress }) => [event_type, progress]);

  beforeEach(() => {
    vi.useFakeTimers();
    heard = [];
    const line = new MemoryNewsLine(() => undefined);
    line.listen('t1', 'user:ada', { told: (news) => heard.push(news) });
    announce = new Announce(line);
  });
  afterEach(() => vi.useRealTimers());

  test('of a task is its start once, and how far it is whenever that has risen', () => {
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
    expect(tasks()[0]).toMatchObject({ task_id: taskIdOf(message.id), status: 'running' });
  });

  test('is no second start on another attempt, but one after it was requeued', () => {
    announce.follow(messageOf({ attempt: 2 }), () => 0)();
    vi.runAllTimers();
    expect(heard).toEqual([]);
    announce.follow(messageOf({ attempt: 4, attemptsBefore: 3 }), () => 0)();
    vi.runAllTimers();
    expect(types()).toEqual([['started', 0]]);
  });

  test('of a task is its result, or why there is none', () => {
    const reply = { content: '{"a": 1}', usage: USAGE };
    announce.ended(messageOf(), { status: 'completed', reply });
    announce.ended(messageOf(), { status: 'timeout', failure: { code: 'expired', message: 'late' }, reply });
    vi.runAllTimers();
    expect(tasks()).toMatchObject([
      {
        event_type: 'completed',
        progress: 100,
        data: { a: 1 },
        metadata: { token_usage: { total_tokens: 3 } },
      },
      { event_type: 'failed', status: 'timeout', error: 'late', error_code: 'expired' },
    ]);
    expect(tasks()[1]).not.toHaveProperty('data');
  });

  test('of a message that is no task is what becomes of it, without its text', () => {
    const message = messageOf({ options: null, conversationId: 'conv_1' });
    announce.accepted(message);
    announce.follow(message, () => 50)();
    announce.retrying(message);
    announce.ended(message, { status: 'completed', reply: { content: 'text', usage: USAGE } });
    announce.ended(message, { status: 'cancelled', failure: { code: 'cancelled', message: 'enough' } });
    vi.runAllTimers();
    const common = { message_id: message.id, conversation_id: 'conv_1', user_id: 'ada' };
    const timestamp = expect.any(String);
    expect(heard).toEqual(
      [
        { type: 'message.accepted', status: 'pending' },
        { type: 'message.started', status: 'processing' },
        { type: 'message.retrying', status: 'retrying' },
        { type: 'message.completed', status: 'completed' },
        { type: 'message.cancelled', status: 'cancelled', error: 'enough', error_code: 'cancelled' },
      ].map((event) => ({ event: { ...event, ...common, timestamp } })),
    );
  });
});
