import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client, type StreamEvent, textOf } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const HANG = { hangBeforeHeaders: true };
const PARTIAL = 'word1 word2 word3';
const HANG_AFTER_PARTIAL = { chunks: 5, hangAfterChunks: 3 };

/** One slot, so that whatever runs keeps everything else waiting. */
describe.each(PROFILES)('cancelling (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;
  /** At another gateway where there is one. */
  let elsewhere: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, { ...openAiEnv(upstream), OPENAI_MAX_CONCURRENCY: '1' });
    client = new Client(system.gateways[0]!.url);
    elsewhere = new Client(system.gateways.at(-1)!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => upstream.clearCalls());

  const cancel = (id: string, by = client) => by.delete(`/api/v1/messages/${id}`);
  const contents = () => upstream.calls().map(({ messages }) => messages.at(-1)!.text);

  /** A message that holds the only slot until it is cancelled. */
  async function occupy(): Promise<string> {
    upstream.behave(HANG, {});
    const id = await client.send('occupies the slot');
    await eventually(() => expect(upstream.calls()).toHaveLength(1));
    return id;
  }

  /** The events so far, once so many characters of text have come, while the stream goes on. */
  async function untilText(stream: AsyncGenerator<StreamEvent>, text: string): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    while (textOf(events) !== text) {
      const { value, done } = await stream.next();
      if (done) throw new Error(`the stream ended with ${textOf(events)}`);
      events.push(value);
    }
    return events;
  }

  test('a waiting message ends at once and never reaches the provider', async () => {
    const running = await occupy();
    const id = await client.send('waits');
    const events = elsewhere.events(id);
    await eventually(async () =>
      expect((await client.get(`/api/v1/messages/${id}`)).body.status).toBe('queued'),
    );

    const cancelled = await cancel(id, elsewhere);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body).toMatchObject({ id, status: 'cancelled', reply: null });
    expect(cancelled.body.completed_at).not.toBeNull();
    expect(await events).toEqual([expect.objectContaining({ event: 'end', data: expect.anything() })]);
    expect((await events)[0]!.data).toMatchObject({ status: 'cancelled' });

    await cancel(running);
    const next = await client.ended(await client.send('goes on'));
    expect(next).toMatchObject({ status: 'completed', reply: { content: 'goes on' } });
    expect(contents()).toEqual(['occupies the slot', 'goes on']);
    expect((await client.get(`/api/v1/messages/${id}`)).body).toEqual(cancelled.body);
  });

  test('messages that are cancelled as soon as they were accepted never reach the provider', async () => {
    const running = await occupy();
    const ids = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const id = await client.send(`regretted ${i}`, { priority: (i % 4) + 1 });
        expect((await cancel(id, elsewhere)).body.status).toBe('cancelled');
        return id;
      }),
    );
    for (const id of ids) expect((await client.events(id)).at(-1)!.data.status).toBe('cancelled');
    await cancel(running);
    const next = await client.send('goes on', { priority: 'low' });
    expect((await client.ended(next)).status).toBe('completed');
    expect(contents()).toEqual(['occupies the slot', 'goes on']);
  });

  test('a message that waits for its next attempt has no next attempt', async () => {
    upstream.behave({ status: 500, retryAfter: 60 }, {});
    const id = await client.send('fails first');
    const events = client.events(id);
    await eventually(async () =>
      expect((await client.get(`/api/v1/messages/${id}`)).body.status).toBe('retrying'),
    );
    expect((await cancel(id)).body).toMatchObject({ status: 'cancelled', retry_count: 1 });
    expect((await events).at(-1)).toMatchObject({ event: 'end', data: { status: 'cancelled' } });
    expect((await client.ended(await client.send('goes on'))).status).toBe('completed');
    expect(contents()).toEqual(['fails first', 'goes on']);
  });

  test('a running message stops within 200 ms, wherever it was cancelled', { retry: 0 }, async () => {
    const delays: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      upstream.clearCalls();
      upstream.behave(HANG_AFTER_PARTIAL, {});
      const id = await client.send('runs');
      const stream = client.stream(id);
      const before = await untilText(stream, PARTIAL);

      const sentAt = Date.now();
      const cancelled = await cancel(id, elsewhere);
      expect(cancelled.status).toBe(200);
      const events = [...before, ...(await Array.fromAsync(stream))];

      expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'cancelled' } });
      expect(await client.ended(id)).toMatchObject({
        status: 'cancelled',
        retry_count: 0,
        error: { code: 'cancelled' },
        reply: { content: PARTIAL, finish_reason: 'cancelled', usage: { estimated: true } },
      });
      expect(textOf(events)).toBe(PARTIAL);
      expect(await elsewhere.events(id)).toEqual(events);
      const [call] = await eventually(() => {
        expect(upstream.calls()).toMatchObject([{ outcome: 'aborted' }]);
        return upstream.calls();
      });
      delays.push(call!.abortedAt! - sentAt);
    }
    expect(delays.toSorted((a, b) => a - b)[2]).toBeLessThanOrEqual(200);
  });

  test('a message that was cancelled before its first token has no reply', async () => {
    const id = await occupy();
    await cancel(id);
    expect(await client.ended(id)).toMatchObject({ status: 'cancelled', reply: null, retry_count: 0 });
    expect((await client.events(id)).map(({ event }) => event)).toEqual(['started', 'end']);
    await eventually(() => expect(upstream.calls()).toMatchObject([{ outcome: 'aborted' }]));
  });

  test('cancelling twice is as good as once', async () => {
    const running = await occupy();
    const waiting = await client.send('waits');
    for (const id of [waiting, running]) {
      const [first, second] = await Promise.all([cancel(id), cancel(id, elsewhere)]);
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(await client.ended(id)).toMatchObject({ status: 'cancelled' });
      expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
      const ends = (await client.events(id)).filter(({ event }) => event === 'end');
      expect(ends).toHaveLength(1);
    }
  });

  test.each([
    ['completed', {}],
    ['failed', { status: 400 }],
  ])('a %s message cannot be cancelled', async (status, behaviour) => {
    upstream.behave(behaviour);
    const id = await client.send('ends by itself');
    const ended = await client.ended(id);
    expect(ended.status).toBe(status);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'message_finished' } });
    expect((await client.get(`/api/v1/messages/${id}`)).body).toEqual(ended);
  });

  test('an unknown message cannot be cancelled', async () => {
    expect(await cancel('msg_0')).toMatchObject({ status: 404, body: { code: 'message_not_found' } });
  });

  test('a reader that goes away does not cancel', async () => {
    upstream.behave({ chunks: 10, chunkDelayMs: 20 });
    const id = await client.send('is read to the second word');
    const gone = new AbortController();
    for await (const { data } of client.stream(id, 0, gone.signal)) if (data.text) break;
    gone.abort();
    const text = Array.from({ length: 10 }, (_, i) => `word${i + 1}`).join(' ');
    expect(await client.ended(id)).toMatchObject({ status: 'completed', reply: { content: text } });
    expect(upstream.calls()).toMatchObject([{ outcome: 'completed', chunksSent: 10 }]);
    expect(textOf(await elsewhere.events(id))).toBe(text);
  });
});
