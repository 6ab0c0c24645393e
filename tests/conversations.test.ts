import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { countMessageTokens, loadTokenCounter } from '#providers';
import { eventually } from '#testing';
import { type Answer, Client, textOf } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { assistant, promptOf, systemContext, Talk, user } from './support/talk.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

type View = Answer['body'];
const HANG = { hangBeforeHeaders: true };

describe.each(PROFILES)('conversations (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;
  let elsewhere: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, openAiEnv(upstream));
    client = new Client(system.gateways[0]!.url);
    elsewhere = new Client(system.gateways.at(-1)!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => {
    upstream.behave({});
    upstream.clearCalls();
  });

  const cancel = (id: string) => client.delete(`/api/v1/messages/${id}`);

  describe('as resources', () => {
    test('are created with defaults, and read from anywhere', async () => {
      const { status, headers, body } = await client.post('/api/v1/conversations', { user_id: 'ada' });
      expect(status).toBe(201);
      expect(headers.get('location')).toBe(`/api/v1/conversations/${body.id}`);
      expect(body).toEqual({
        id: expect.stringMatching(/^conv_[0-9a-f]{32}$/),
        user_id: 'ada',
        title: '',
        context: '',
        state: 'active',
        status: 'active',
        priority: 'normal',
        on_failure: 'skip',
        blocked_by: null,
        message_count: 0,
        metadata: {},
        created_at: expect.any(String),
        updated_at: body.created_at,
        last_active_at: body.created_at,
        completed_at: null,
      });
      expect((await elsewhere.get(`/api/v1/conversations/${body.id}`)).body).toEqual(body);
      expect(await client.get('/api/v1/conversations/conv_0')).toMatchObject({
        status: 404,
        body: { code: 'conversation_not_found' },
      });
    });

    test('are changed where the change says so, and their metadata is merged', async () => {
      const talk = await Talk.start(client, {
        title: 'old',
        context: 'Be brief.',
        metadata: { a: 1, b: { c: 1 } },
      });
      const path = `/api/v1/conversations/${talk.id}`;
      const before = await talk.get();
      const { status, body } = await elsewhere.put(path, {
        title: 'new',
        metadata: { b: { d: 2 }, e: null },
      });
      expect(status).toBe(200);
      expect(body).toEqual({
        ...before,
        title: 'new',
        metadata: { a: 1, b: { d: 2 }, e: null },
        updated_at: expect.any(String),
      });
      expect((await client.put(path, { context: '', priority: 'urgent' })).body).toMatchObject({
        title: 'new',
        context: '',
        priority: 'realtime',
        metadata: { a: 1 },
      });
      expect(await client.get(path)).toMatchObject({ body: { title: 'new', priority: 'realtime' } });
      expect((await client.put('/api/v1/conversations/conv_0', { title: 'x' })).status).toBe(404);
    });

    test('are listed by user, by state and by activity', async () => {
      const name = 'grace/ünï 1';
      const talks = [];
      for (const priority of ['low', 'high', 'high'])
        talks.push(await Talk.start(client, { user_id: name, priority }));
      const [first, second, third] = talks.map(({ id }) => id);
      await client.put(`/api/v1/conversations/${second}/state`, { state: 'archived' });
      await talks[0]!.say('I am back');
      const list = async (path: string, query: string) =>
        (await elsewhere.get(`${path}?${query}`)).body.conversations.map(({ id }: View) => id);
      const ofUser = `/api/v1/users/${encodeURIComponent(name)}/conversations`;
      expect(await list(ofUser, '')).toEqual([third, second, first]);
      expect(await list(ofUser, 'order=asc&limit=2')).toEqual([first, second]);
      expect(await list(ofUser, `limit=2&after=${second}`)).toEqual([first]);
      expect(await list(ofUser, 'sort=last_active_at')).toEqual([first, third, second]);
      expect(await list(ofUser, 'state=archived')).toEqual([second]);
      expect(await list(ofUser, 'priority=high&order=asc')).toEqual([second, third]);
      expect(await list(ofUser, 'user_id=ada')).toEqual([third, second, first]);
      const query = `user_id=${encodeURIComponent(name)}&state=active`;
      expect(await list('/api/v1/conversations', query)).toEqual([third, first]);
      expect(await list('/api/v1/users/nobody/conversations', '')).toEqual([]);
    });

    test.each(['completed', 'archived'])('take no messages once they are %s', async (state) => {
      const talk = await Talk.start(client);
      const path = `/api/v1/conversations/${talk.id}`;
      const closed = await client.put(`${path}/state`, { state, metadata: { why: 'done' } });
      expect(closed).toMatchObject({ status: 200, body: { state, metadata: { why: 'done' } } });
      expect(closed.body.completed_at).not.toBeNull();

      const message = { user_id: 'ada', content: 'Too late' };
      for (const refused of [
        await client.post('/api/v1/messages', { ...message, conversation_id: talk.id }),
        await elsewhere.post(`${path}/messages`, { content: 'Too late' }),
      ])
        expect(refused).toMatchObject({ status: 409, body: { code: 'conversation_closed' } });
      expect((await client.get(`/api/v1/messages?conversation_id=${talk.id}`)).body.messages).toEqual([]);
      expect(await talk.get()).toMatchObject({ message_count: 0, state });

      const reopened = await client.put(`${path}/state`, { state: 'active' });
      expect(reopened.body).toMatchObject({ state: 'active', completed_at: null });
      expect((await talk.say('In time')).status).toBe('completed');
    });

    test('an inactive one is active again with its next message', async () => {
      const talk = await Talk.start(client);
      await client.put(`/api/v1/conversations/${talk.id}/state`, { state: 'inactive' });
      await talk.say('Hello again');
      expect(await talk.get()).toMatchObject({ state: 'active', message_count: 1 });
    });
  });

  test('their user and priority are those of a message that names none', async () => {
    const talk = await Talk.start(client, { user_id: 'grace', priority: 'low' });
    const path = `/api/v1/conversations/${talk.id}/messages`;
    const one = await client.post(path, { content: 'one' });
    expect(one.body).toMatchObject({
      conversation_id: talk.id,
      user_id: 'grace',
      priority: 'low',
    });
    const own = { content: 'two', user_id: 'bob', priority: 'high', metadata: { a: 1 } };
    const two = await elsewhere.post(path, own);
    expect(two.body).toMatchObject(own);
    const third = { user_id: 'ada', content: 'three', conversation_id: talk.id, priority: 1 };
    const three = await client.post('/api/v1/messages', third);
    expect(three.body).toMatchObject({ ...third, priority: 'realtime' });
    for (const { body } of [one, two, three]) expect((await client.ended(body.id)).status).toBe('completed');
    expect(await talk.get()).toMatchObject({ message_count: 3, user_id: 'grace', priority: 'low' });
  });

  test('the model is told the context and every earlier turn, in order', async () => {
    upstream.behave({ reply: 'transcript' });
    const talk = await Talk.start(client, { context: 'You count.' });
    const one = await talk.say('one');
    const expected = [systemContext('You count.'), user('one')];
    expect(JSON.parse(one.reply.content)).toEqual(expected);

    const two = await client.ended(await elsewhere.send('two', { user_id: 'ada', conversation_id: talk.id }));
    expected.push(assistant(one.reply.content), user('two'));
    expect(JSON.parse(two.reply.content)).toEqual(expected);

    await client.put(`/api/v1/conversations/${talk.id}`, { context: 'You add.' });
    const three = await talk.say('three');
    expected[0] = systemContext('You add.');
    expected.push(assistant(two.reply.content), user('three'));
    expect(JSON.parse(three.reply.content)).toEqual(expected);
    expect(upstream.calls()).toHaveLength(3);
    expect(await talk.get()).toMatchObject({ message_count: 3 });
  });

  test('a message outside of a conversation is told nothing else', async () => {
    upstream.behave({ reply: 'transcript' });
    const { reply } = await client.ended(await client.send('alone', { user_id: 'ada' }));
    expect(JSON.parse(reply.content)).toEqual([user('alone')]);
  });

  test('the next turn knows a reply as soon as its stream has ended', async () => {
    const talk = await Talk.start(client);
    for (let turn = 1; turn <= 5; turn += 1) {
      upstream.clearCalls();
      upstream.behave({ reply: `answer ${turn}` });
      await elsewhere.events(await talk.send(`question ${turn}`));
      const next = await talk.send(`then ${turn}`, elsewhere);
      await client.ended(next);
      expect(promptOf(upstream.calls()[1]!).slice(-3)).toEqual([
        user(`question ${turn}`),
        assistant(`answer ${turn}`),
        user(`then ${turn}`),
      ]);
    }
  });

  test.each([2, 10])('%i turns sent at once run one after the other', async (count) => {
    const answers = Array.from({ length: count }, (_, i) => `answer ${i}`);
    upstream.behave(...answers.map((reply) => ({ reply, chunkDelayMs: 5 })));
    const talk = await Talk.start(client);
    const ids = await Promise.all(
      Array.from({ length: count }, (_, i) => talk.send(`question ${i}`, i % 2 === 0 ? client : elsewhere)),
    );
    const ended = await Promise.all(ids.map((id) => client.ended(id)));
    expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));

    const calls = upstream.calls();
    expect(calls).toHaveLength(count);
    for (const [i, call] of calls.entries()) {
      if (i === 0) continue;
      const before = calls[i - 1]!;
      expect(call.receivedAt).toBeGreaterThanOrEqual(before.finishedAt!);
      expect(promptOf(call).slice(0, -1)).toEqual([...promptOf(before), assistant(answers[i - 1]!)]);
    }
    expect(promptOf(calls[0]!)).toHaveLength(1);
    expect(await talk.get()).toMatchObject({ message_count: count });
  });

  test('turns sent one after the other keep that order, whatever their priority', async () => {
    const talk = await Talk.start(client);
    const ids: string[] = [];
    for (const [i, priority] of ['low', 'normal', 'high', 'realtime'].entries()) {
      const by = i % 2 === 0 ? client : elsewhere;
      ids.push(await by.send(`turn ${i}`, { conversation_id: talk.id, priority }));
    }
    await Promise.all(ids.map((id) => client.ended(id)));
    expect(upstream.calls().map(({ messages }) => messages.at(-1)!.text)).toEqual([
      'turn 0',
      'turn 1',
      'turn 2',
      'turn 3',
    ]);
  });

  test('two conversations do not wait for each other', async () => {
    upstream.behave(HANG, {});
    const [stuck, free] = [await Talk.start(client), await Talk.start(client)];
    const hanging = await stuck.send('hangs');
    await eventually(() => expect(upstream.calls()).toHaveLength(1));
    expect((await free.say('runs')).status).toBe('completed');
    await cancel(hanging);
    expect((await client.ended(hanging)).status).toBe('cancelled');
  });

  test('a turn that fails for good does not hold up the next, which is not told of it', async () => {
    const talk = await Talk.start(client);
    await talk.say('one');
    upstream.clearCalls();
    upstream.behave({ status: 400 }, { reply: 'fine' });
    const two = await talk.send('two');
    const three = await talk.send('three');
    expect(await client.ended(two)).toMatchObject({ status: 'failed', error: { code: 'provider_rejected' } });
    expect(await client.ended(three)).toMatchObject({ status: 'completed', reply: { content: 'fine' } });
    expect(upstream.calls().map(promptOf)).toEqual([
      [user('one'), assistant('one'), user('two')],
      [user('one'), assistant('one'), user('three')],
    ]);
  });

  test('a turn that is tried again still comes before the next', async () => {
    upstream.behave({ status: 500 }, { cutAfterChunks: 1 }, { reply: 'first' }, { reply: 'second' });
    const talk = await Talk.start(client);
    const ids = [await talk.send('one'), await talk.send('two')];
    await Promise.all(ids.map((id) => client.ended(id)));
    expect(upstream.calls().map(promptOf)).toEqual([
      [user('one')],
      [user('one')],
      [user('one')],
      [user('one'), assistant('first'), user('two')],
    ]);
  });

  test('cancelled turns let the next one go', async () => {
    upstream.behave({ chunks: 4, hangAfterChunks: 2 }, {});
    const talk = await Talk.start(client);
    const running = await talk.send('runs');
    await eventually(() => expect(upstream.calls()).toMatchObject([{ chunksSent: 2 }]));
    const waiting = await talk.send('waits');
    const next = await talk.send('goes');
    expect((await cancel(waiting)).body.status).toBe('cancelled');
    expect((await client.events(waiting)).at(-1)!.data.status).toBe('cancelled');
    expect(await client.get(`/api/v1/messages/${next}`)).toMatchObject({ body: { status: 'pending' } });
    await cancel(running);
    expect(await client.ended(next)).toMatchObject({ status: 'completed', reply: { content: 'goes' } });
    // What was said before a running turn was cancelled was heard.
    expect(promptOf(upstream.calls()[1]!)).toEqual([user('runs'), assistant('word1 word2'), user('goes')]);
    expect(upstream.calls()).toHaveLength(2);
  });

  test('a reply that Postgres cannot store is stored clean', async () => {
    const talk = await Talk.start(client);
    upstream.behave({ reply: 'a\0b \ud83dc d\ude00 😀\0 \ud83d' }, {});
    const id = await talk.send('say something odd');
    const events = await client.events(id);
    const clean = 'ab \ufffdc d\ufffd 😀 \ufffd';
    expect(textOf(events)).toBe(clean);
    expect(await client.ended(id)).toMatchObject({ status: 'completed', reply: { content: clean } });
    await talk.say('and now');
    expect(promptOf(upstream.calls()[1]!)[1]).toEqual(assistant(clean));
  });
});

describe('conversations with a small window and one slot', () => {
  const MAX_TOKENS = 60;
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    await loadTokenCounter();
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', {
      ...openAiEnv(upstream),
      OPENAI_MAX_CONCURRENCY: '1',
      CONVERSATION_CONTEXT_TOKENS: String(MAX_TOKENS),
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => {
    upstream.behave({});
    upstream.clearCalls();
  });

  test('the oldest turns are dropped first and whole, the context never', async () => {
    const talk = await Talk.start(client, { context: 'You are brief.' });
    const turns = Array.from({ length: 8 }, (_, i) => [user(`question ${i}`), assistant(`answer ${i}`)]);
    upstream.behave(...turns.map((_, i) => ({ reply: `answer ${i}` })));
    for (let i = 0; i < turns.length; i += 1) await talk.say(`question ${i}`);
    for (const [i, call] of upstream.calls().entries()) {
      const prompt = promptOf(call);
      const kept = (prompt.length - 2) / 2;
      const all = [
        ...turns
          .slice(0, i)
          .slice(i - kept)
          .flat(),
        user(`question ${i}`),
      ];
      expect(prompt).toEqual([systemContext('You are brief.'), ...all]);
      expect(countMessageTokens(prompt)).toBeLessThanOrEqual(MAX_TOKENS);
      // No turn is dropped that would have found room.
      const withOneMore = countMessageTokens([
        ...prompt,
        ...turns
          .slice(0, i - kept)
          .slice(-1)
          .flat(),
      ]);
      expect(kept === i || (kept > 0 && withOneMore > MAX_TOKENS)).toBe(true);
    }
    expect(promptOf(upstream.calls()[7]!).length).toBeLessThan(2 + 7 * 2);
  });

  test('context and message are sent even where they alone are too long', async () => {
    const context = 'You are very verbose. '.repeat(40);
    const talk = await Talk.start(client, { context });
    await talk.say('one');
    await talk.say('two');
    expect(promptOf(upstream.calls()[1]!)).toEqual([systemContext(context), user('two')]);
  });

  test('a waiting head that is cancelled lets the next turn go', async () => {
    upstream.behave(HANG, {});
    const occupies = await client.send('occupies the slot');
    await eventually(() => expect(upstream.calls()).toHaveLength(1));
    const talk = await Talk.start(client);
    const [head, next] = [await talk.send('head'), await talk.send('next')];
    await eventually(async () =>
      expect((await client.get(`/api/v1/messages/${head}`)).body.status).toBe('queued'),
    );
    await client.delete(`/api/v1/messages/${head}`);
    await eventually(async () =>
      expect((await client.get(`/api/v1/messages/${next}`)).body.status).toBe('queued'),
    );
    await client.delete(`/api/v1/messages/${occupies}`);
    expect((await client.ended(next)).status).toBe('completed');
    expect(upstream.calls().map(({ messages }) => messages.at(-1)!.text)).toEqual([
      'occupies the slot',
      'next',
    ]);
  });
});
