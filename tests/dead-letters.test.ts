import { describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client, textOf } from './support/client.js';
import { DEAD_LETTERS as PATH, idsOf, REFUSED } from './support/dead-letters.js';
import { DeadLetterDesk } from './support/dead-letter-desk.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem } from './support/system.js';
import { assistant, promptOf, Talk, user } from './support/talk.js';
import { startFakeUpstream } from './upstream/fake-upstream.js';

const HANG = { hangBeforeHeaders: true };

describe.each(PROFILES)('dead letters (%s)', (topology) => {
  const desk = DeadLetterDesk.opened(topology);
  const { as, contents, dead, listed } = desk;
  const requeue = (id: string, by = desk.client) => by.post(`${PATH}/${id}/requeue`, undefined);

  test('a message that fails for good can be found, by its tenant only', async () => {
    const [id] = await dead(1, { user_id: 'ada', priority: 'high' });
    await dead(1, { user_id: 'bob' });
    const [letter] = await listed('user_id=ada');
    expect(letter).toEqual({
      id,
      user_id: 'ada',
      conversation_id: null,
      priority: 'high',
      source_queue: 'high_priority',
      provider: 'openai',
      error: { code: 'provider_rejected', message: expect.any(String) },
      attempts: 1,
      failed_at: expect.any(String),
    });
    const one = await desk.client.get(`${PATH}/${id}`);
    expect(one).toMatchObject({ status: 200, body: { ...letter, message: { id, status: 'failed' } } });
    expect(idsOf(await listed('priority=2&code=provider_rejected&newer_than=1h&provider=openai'))).toEqual([
      id,
    ]);
    expect(await listed('older_than=1h')).toEqual([]);
    const paged = await desk.client.get(`${PATH}?limit=1`);
    expect(paged.body.pagination).toMatchObject({ has_more: true });

    const eve = as('eve');
    expect((await eve.get(PATH)).body.dead_letters).toEqual([]);
    for (const refused of [
      await eve.get(`${PATH}/${id}`),
      await requeue(id!, eve),
      await eve.delete(`${PATH}/${id}`),
      await eve.delete(`/api/v1/admin/queues/dead_letter/${id}`),
    ])
      expect(refused).toMatchObject({ status: 404, body: { code: 'dead_letter_not_found' } });
    const app = as('app');
    expect((await app.get(`${PATH}/${id}`)).status).toBe(200);
    for (const refused of [
      await requeue(id!, app),
      await app.delete(`${PATH}/${id}`),
      await app.post(`${PATH}/requeue`, {}),
      await app.delete(`/api/v1/admin/queues/dead_letter/${id}`),
    ])
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await desk.client.get(`/api/v1/messages/${id}`)).body.status).toBe('failed');
  });

  test.each([
    ['GET', `${PATH}?code=nonsense`, undefined, 'code'],
    ['GET', `${PATH}?older_than=soon`, undefined, 'older_than'],
    ['GET', `${PATH}?priority=9`, undefined, 'priority'],
    ['GET', `${PATH}?after=msg_0`, undefined, 'after'],
    ['GET', `${PATH}/audit?after=x`, undefined, 'after'],
    ['POST', `${PATH}/requeue`, { filter: { user: 'u' } }, 'filter.user'],
    ['POST', `${PATH}/requeue`, { rate: 0 }, 'rate'],
    ['POST', `${PATH}/requeue`, { rate: 501 }, 'rate'],
    ['DELETE', '/api/v1/admin/queues/nonsense/msg_0', undefined, 'queue_type'],
  ])('bad input is refused and named: %s %s %j', async (method, path, body, field) => {
    const refused = await desk.client.request(method, path, body);
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].field).toBe(field);
  });

  test('a requeued message streams again, to old and new readers, from every gateway', async () => {
    desk.upstream.behave({ cutAfterChunks: 2, chunks: 4 }, { reply: 'the whole answer', chunkDelayMs: 20 });
    const id = await desk.client.send('please', { max_retries: 0 });
    const before = await desk.client.events(id);
    expect(before.at(-1)).toMatchObject({ event: 'end', data: { status: 'failed' } });
    const { status, body } = await requeue(id, desk.elsewhere);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, retry_count: 0, error: null, reply: null });

    const goneOn = await desk.client.events(id, before.at(-1)!.id);
    expect(goneOn[0]).toMatchObject({ event: 'reset', data: { attempt: 2, reason: 'requeued' } });
    expect(goneOn.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed' } });
    expect(textOf(goneOn)).toBe('the whole answer');
    const anew = await desk.elsewhere.events(id);
    expect(anew.filter(({ event }) => event === 'end')).toHaveLength(1);
    expect(textOf(anew)).toBe('the whole answer');
    expect(await desk.client.get(`/api/v1/messages/${id}`)).toMatchObject({
      body: { status: 'completed', error: null, reply: { content: 'the whole answer' } },
    });

    expect(await requeue(id)).toMatchObject({ status: 404, body: { code: 'dead_letter_not_found' } });
    const { body: record } = await desk.client.get(`${PATH}/audit?message_id=${id}`);
    expect(record.audit).toMatchObject([{ message_id: id, action: 'requeued', by: 'ops', redrive_id: null }]);
    expect((await as('eve').get(`${PATH}/audit`)).body.audit).toEqual([]);
  });

  test('a reader that comes while a requeued message waits sees how it ends', async () => {
    desk.upstream.behave(REFUSED, HANG, {});
    const talk = await Talk.start(desk.client);
    const id = await talk.send('waits');
    const before = await desk.client.events(id);
    const hanging = await talk.send('hangs');
    await eventually(() => expect(contents()).toEqual(['waits', 'hangs']));
    await requeue(id);
    const readers = [0, 1, before.at(-1)!.id].map((after) => desk.elsewhere.events(id, after));
    // Its stream is open for each of them before anything runs.
    for await (const { event } of desk.client.stream(id, before.at(-1)!.id)) {
      expect(event).toBe('reset');
      break;
    }
    expect((await desk.client.get(`/api/v1/messages/${id}`)).body.status).toBe('pending');
    await desk.client.delete(`/api/v1/messages/${hanging}`);
    for (const events of await Promise.all(readers)) {
      expect(events.filter(({ event }) => event === 'end')).toMatchObject([
        { data: { status: 'completed' } },
      ]);
      expect(textOf(events)).toBe('waits');
    }
  });

  test('a requeued message that is cancelled while it waits tells its readers', async () => {
    desk.upstream.behave(REFUSED, HANG, {});
    const talk = await Talk.start(desk.client);
    const id = await talk.send('waits');
    const before = await desk.client.events(id);
    const hanging = await talk.send('hangs');
    await eventually(() => expect(contents()).toHaveLength(2));
    await requeue(id);
    const reading = desk.elsewhere.events(id, before.at(-1)!.id);
    await desk.client.delete(`/api/v1/messages/${id}`);
    expect((await reading).at(-1)).toMatchObject({ event: 'end', data: { status: 'cancelled' } });
    await desk.client.delete(`/api/v1/messages/${hanging}`);
    await desk.client.ended(hanging);
  });

  test('one that expired before it ran has a stream when it is requeued', async () => {
    desk.upstream.behave(HANG, {});
    const talk = await Talk.start(desk.client);
    const first = await talk.send('hangs');
    await eventually(() => expect(desk.upstream.calls()).toHaveLength(1));
    const path = `/api/v1/conversations/${talk.id}/messages`;
    const { id } = (await desk.client.post(path, { content: 'comes too late', ttl: '200ms' })).body;
    expect(await desk.client.ended(id)).toMatchObject({ status: 'timeout', error: { code: 'expired' } });
    await eventually(async () =>
      expect((await desk.client.events(id)).map(({ event }) => event)).toEqual(['end']),
    );
    expect(await requeue(id)).toMatchObject({ status: 200 });
    await desk.client.delete(`/api/v1/messages/${first}`);
    const events = await desk.elsewhere.events(id);
    expect(textOf(events)).toBe('comes too late');
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed' } });
  });

  test('one that fails again is a dead letter again', async () => {
    const [id] = await dead(1);
    desk.upstream.behave(REFUSED);
    await requeue(id!);
    await eventually(async () =>
      expect(await desk.client.get(`${PATH}/${id}`)).toMatchObject({ status: 200, body: { attempts: 2 } }),
    );
  });

  test('with `block` the next turns wait for the failed one, which keeps its place', async () => {
    desk.upstream.behave(REFUSED, {});
    const talk = await Talk.start(desk.client, { on_failure: 'block' });
    const one = await talk.send('one');
    expect((await desk.client.ended(one)).status).toBe('failed');
    const [two, three] = [await talk.send('two'), await talk.send('three', desk.elsewhere)];
    expect(await talk.get()).toMatchObject({ on_failure: 'block', blocked_by: one, message_count: 3 });
    expect(idsOf(await listed(`conversation_id=${talk.id}`))).toEqual([one]);
    // Time for whoever might start them all the same.
    expect((await desk.client.ended(await desk.client.send('unrelated'))).status).toBe('completed');
    for (const id of [two, three])
      expect((await desk.client.get(`/api/v1/messages/${id}`)).body.status).toBe('pending');

    await requeue(one);
    for (const id of [one, two, three]) expect((await desk.client.ended(id)).status).toBe('completed');
    expect(contents()).toEqual(['one', 'unrelated', 'one', 'two', 'three']);
    expect(promptOf(desk.upstream.calls().at(-1)!)).toEqual([
      user('one'),
      assistant('one'),
      user('two'),
      assistant('two'),
      user('three'),
    ]);
    expect(await talk.get()).toMatchObject({ blocked_by: null, message_count: 3 });
  });

  test.each([
    ['its dead letter is deleted', (id: string) => desk.client.delete(`${PATH}/${id}`)],
    ['the policy becomes `skip`', (_: string, talk: Talk) => skip(talk)],
    [
      'its requeued message is cancelled',
      async (id: string) => {
        desk.upstream.behave(HANG, {});
        await requeue(id);
        await eventually(() => expect(contents()).toEqual(['one', 'one']));
        return desk.client.delete(`/api/v1/messages/${id}`);
      },
    ],
  ])('a blocked conversation goes on when %s', async (_, unblock) => {
    desk.upstream.behave(REFUSED, {});
    const talk = await Talk.start(desk.client, { on_failure: 'block' });
    const one = await talk.send('one');
    await desk.client.ended(one);
    const two = await talk.send('two');
    expect((await unblock(one, talk)).status).toBe(200);
    expect((await desk.client.ended(two)).status).toBe('completed');
    expect(promptOf(desk.upstream.calls().at(-1)!)).toEqual([user('two')]);
    expect((await talk.get()).blocked_by).toBeNull();
  });

  function skip(talk: Talk): Promise<Answer> {
    return desk.elsewhere.put(`/api/v1/conversations/${talk.id}`, { on_failure: 'skip' });
  }

  test('with `skip` a requeued message runs as the last turn', async () => {
    desk.upstream.behave(REFUSED, { reply: 'second' }, { reply: 'first' });
    const talk = await Talk.start(desk.client);
    const one = await talk.send('one');
    const two = await talk.say('two');
    expect(two.status).toBe('completed');
    await requeue(one);
    expect(await desk.client.ended(one)).toMatchObject({ status: 'completed', reply: { content: 'first' } });
    expect(promptOf(desk.upstream.calls().at(-1)!)).toEqual([user('two'), assistant('second'), user('one')]);
    expect((await talk.get()).message_count).toBe(2);
  });

  test('a closed conversation takes no requeued message', async () => {
    desk.upstream.behave(REFUSED);
    const talk = await Talk.start(desk.client);
    const id = await talk.send('too late');
    await desk.client.ended(id);
    await desk.client.put(`/api/v1/conversations/${talk.id}/state`, { state: 'completed' });
    expect(await requeue(id)).toMatchObject({ status: 409, body: { code: 'conversation_closed' } });
  });

  test('a message is taken out of its queue, under the older name', async () => {
    const [letter] = await dead(1);
    const remove = (queue: string, id: string) => desk.client.delete(`/api/v1/admin/queues/${queue}/${id}`);
    expect(await remove('dead_letter', letter!)).toMatchObject({ status: 200, body: { status: 'failed' } });
    expect(await listed()).toEqual([]);

    const delayed = await desk.client.send('much later', { delay: '1h' });
    expect(await remove('delayed', delayed)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    desk.upstream.behave(HANG);
    const running = await desk.client.send('runs');
    await eventually(() => expect(desk.upstream.calls()).toHaveLength(1));
    expect(await remove('standard', running)).toMatchObject({
      status: 409,
      body: { code: 'invalid_transition' },
    });
    await desk.client.delete(`/api/v1/messages/${running}`);
    await desk.client.ended(running);
    expect(await remove('priority', letter!)).toMatchObject({ status: 409 });
    expect(await remove('nonsense', letter!)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('Invalid queue type') },
    });
  });

  test('metrics count what waits and what was done', async () => {
    await dead(3, { priority: 'low' });
    await eventually(
      async () => {
        const schedulers = desk.system.of('server', 'scheduler');
        const texts = await Promise.all(
          schedulers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
        );
        expect(texts.join('\n')).toMatch(/^llmq_dead_letters\{priority="low"\} 3$/m);
      },
      { timeoutMs: 20_000 },
    );
  });
});

describe('the retention of dead letters', () => {
  test('when it is over the letter goes, the message stays, and a blocked conversation goes on', async () => {
    const upstream = await startFakeUpstream();
    const system = await startSystem('embedded', { ...openAiEnv(upstream), DEAD_LETTER_RETENTION: '1s' });
    try {
      const client = new Client(system.gateways[0]!.url);
      upstream.behave(REFUSED, {});
      const talk = await Talk.start(client, { on_failure: 'block' });
      const one = await talk.send('one');
      await client.ended(one);
      const two = await talk.send('two');
      expect((await client.ended(two)).status).toBe('completed');
      expect((await client.get(PATH)).body.dead_letters).toEqual([]);
      expect((await client.get(`/api/v1/messages/${one}`)).body.status).toBe('failed');
      const { audit } = (await client.get(`${PATH}/audit`)).body;
      expect(audit).toMatchObject([{ message_id: one, action: 'expired', by: null }]);
    } finally {
      await system.stop();
      await upstream.close();
    }
  });
});
