import { type Centrifuge, type Subscription } from 'centrifuge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { connect, SECRET, webToken } from './support/centrifuge-client.js';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

const KEYS = {
  mine: 'key-of-the-tenant-mine',
  theirs: 'key-of-the-tenant-theirs',
  writer: 'key-that-only-writes',
  admin: 'key-of-the-administrator',
};
const API_KEYS = [
  `m:${KEYS.mine}:mine:read+write`,
  `t:${KEYS.theirs}:theirs:read+write`,
  `w:${KEYS.writer}:mine:write`,
  `a:${KEYS.admin}:mine:read+write+admin`,
].join(',');

interface Told {
  readonly type?: string;
  readonly event_type?: string;
  readonly message_id?: string;
  readonly status: string;
}

/** Somebody who has subscribed. */
interface Reader {
  readonly subscription: Subscription;
  /** How things stood as it began. */
  readonly state: Readonly<Record<string, unknown>> | undefined;
  readonly told: Told[];
}

/** The fleet, so that gateways hear of what happens in other processes. */
describe('channels of events', () => {
  let system: System;
  let client: TaskClient;
  const urls = () => [system.gateways[0]!.url, system.gateways.at(-1)!.url] as const;
  const tokenOf = (claims: object) => webToken({ tenant: 'mine', ...claims }, SECRET);
  const ada = () => connect(urls()[1], 'websocket', { token: tokenOf({ sub: 'ada' }) });
  const holder = (key = KEYS.mine) => connect(urls()[1], 'websocket', { token: key });

  beforeAll(async () => {
    system = await startSystem('fleet', {
      API_KEYS,
      CENTRIFUGE_TOKEN_SECRET: SECRET,
      SIMULATOR_DELAY: '1ms',
    });
    client = new TaskClient(urls()[0], { 'x-api-key': KEYS.mine });
  });
  afterAll(() => system?.stop());

  /** @throws what the subscription was refused with */
  async function read(from: Centrifuge, channel: string): Promise<Reader> {
    const subscription = from.newSubscription(channel);
    const told: Told[] = [];
    subscription.on('publication', ({ data }) => told.push(data as Told));
    const state = await new Promise<Reader['state']>((resolve, reject) => {
      subscription.on('subscribed', ({ data, recoverable }) => {
        expect(recoverable).toBe(false);
        resolve(data as Reader['state']);
      });
      subscription.on('unsubscribed', ({ code, reason }) => reject(new Error(`${code} ${reason}`)));
      subscription.subscribe();
    });
    return { subscription, state, told };
  }

  const typesOf = ({ told }: Reader, id: string) =>
    told.filter(({ message_id }) => message_id === id).map(({ type }) => type);

  test('a user hears of all of her messages and conversations, and of nobody else’s', async () => {
    const own = await read(ada(), 'user:ada');
    const seen = await read(holder(), 'user:ada');
    const stranger = await read(holder(KEYS.theirs), 'user:ada');
    const bob = await client.send('of bob', { user_id: 'bob' });
    const id = await client.send('of ada', { user_id: 'ada' });
    const failing = { metadata: { simulate: { fail: 'provider_rejected' } }, user_id: 'ada' };
    const failed = await client.send('fails', failing);
    const { body } = await client.post('/api/v1/conversations', { user_id: 'ada', title: 'T' });
    await Promise.all([bob, id, failed].map((each) => client.ended(each)));
    for (const reader of [own, seen]) {
      await expect
        .poll(() => typesOf(reader, id))
        .toEqual(expect.arrayContaining(['message.accepted', 'message.started', 'message.completed']));
      await expect.poll(() => typesOf(reader, failed)).toContain('message.failed');
      await expect
        .poll(() => reader.told)
        .toContainEqual(
          expect.objectContaining({
            type: 'conversation.created',
            conversation_id: body.id,
            state: 'active',
          }),
        );
      expect(typesOf(reader, bob)).toEqual([]);
    }
    expect(own.told).toContainEqual(
      expect.objectContaining({ message_id: failed, status: 'failed', error_code: 'provider_rejected' }),
    );
    expect(stranger.told).toEqual([]);
  });

  test('a conversation tells of its messages and of what was changed in it', async () => {
    const { body } = await client.post('/api/v1/conversations', { user_id: 'ada', title: 'before' });
    const path = `/api/v1/conversations/${body.id}`;
    const reader = await read(ada(), `conversations:${body.id}`);
    expect(reader.state).toMatchObject({ id: body.id, title: 'before', state: 'active' });
    const { body: message } = await client.post(`${path}/messages`, { content: 'Hello' });
    await expect.poll(() => typesOf(reader, message.id)).toContain('message.completed');
    await client.put(`${path}/state`, { state: 'archived' });
    await expect
      .poll(() => reader.told.at(-1))
      .toMatchObject({
        type: 'conversation.changed',
        state: 'archived',
        title: 'before',
      });
  });

  test('a task tells how it is doing, in its own words', async () => {
    const id = await client.submit({ user_id: 'ada', metadata: { simulate: { hang: true } } });
    const reader = await read(ada(), `tasks:${id}`);
    expect(reader.state).toMatchObject({ id, type: 'custom' });
    await client.delete(`/api/v1/tasks/${id}`);
    await expect
      .poll(() => reader.told.at(-1))
      .toMatchObject({
        event_type: 'failed',
        task_id: id,
        status: 'cancelled',
      });
  });

  test('a worker of somebody else is heard of like one of ours', async () => {
    const admin = new Client(urls()[0], { 'x-api-key': KEYS.admin });
    expect((await admin.post('/api/v1/queues/low/pause', {})).status).toBe(200);
    try {
      const id = await client.submit({ user_id: 'ada', priority: 'low' });
      const reader = await read(ada(), `tasks:${id}`);
      const report = (status: string, more: object = {}) =>
        client.put(`/api/v1/messages/${id.replace('task_', 'msg_').replaceAll('-', '')}/status`, {
          status,
          ...more,
        });
      expect((await report('processing')).status).toBe(200);
      expect((await report('processing')).status).toBe(200);
      expect((await report('completed', { reply: { content: 'done' } })).status).toBe(200);
      await expect
        .poll(() => reader.told.map(({ event_type }) => event_type))
        .toEqual(['started', 'completed']);
    } finally {
      await admin.post('/api/v1/queues/low/resume', {});
    }
  });

  test('what is somebody else’s, or nothing, is refused for good', async () => {
    const mine = await client.submit({ user_id: 'ada' });
    const bobs = await client.submit({ user_id: 'bob' });
    const message = await client.send('no task', { user_id: 'ada' });
    const { body } = await client.post('/api/v1/conversations', { user_id: 'bob' });
    const user = ada();
    const anonymous = connect(urls()[0], 'websocket', { token: tokenOf({}) });
    for (const [who, channel, why] of [
      [user, `tasks:${bobs}`, '102 unknown channel'],
      [user, `messages:${bobs.replace('task_', 'msg_').replaceAll('-', '')}`, '102 unknown channel'],
      [user, `conversations:${body.id}`, '102 unknown channel'],
      [user, 'user:bob', '103 permission denied'],
      [user, 'user:', '102 unknown channel'],
      [user, `tasks:${message.replace('msg_', 'task_')}`, '102 unknown channel'],
      [user, 'tasks:nonsense', '102 unknown channel'],
      [user, 'conversations:\0', '102 unknown channel'],
      [holder(KEYS.theirs), `tasks:${mine}`, '102 unknown channel'],
      [holder(KEYS.theirs), `conversations:${body.id}`, '102 unknown channel'],
      [holder(KEYS.writer), 'user:ada', '103 permission denied'],
      [anonymous, 'user:ada', '103 permission denied'],
      [anonymous, `tasks:${mine}`, '103 permission denied'],
    ] as const)
      await expect(read(who, channel), channel).rejects.toThrow(why);
  });

  test('procedures answer as the API does, within what the caller may see', async () => {
    const user = ada();
    const key = holder();
    const id = await client.send('by rpc', { user_id: 'ada', metadata: { simulate: { hang: true } } });
    const bobs = await client.send('of bob', { user_id: 'bob' });
    expect((await user.rpc('message.get', { id })).data).toMatchObject({ id, content: 'by rpc' });
    expect((await user.rpc('message.cancel', { id })).data).toMatchObject({ id });
    await eventually(async () =>
      expect((await key.rpc('message.get', { id })).data).toMatchObject({ status: 'cancelled' }),
    );
    const { body } = await client.post('/api/v1/conversations', { user_id: 'ada' });
    const { body: turn } = await client.post(`/api/v1/conversations/${body.id}/messages`, { content: '1' });
    expect((await user.rpc('conversation.history', { id: body.id, limit: 1 })).data).toMatchObject({
      messages: [{ id: turn.id }],
      pagination: { page_size: 1 },
    });
    expect((await key.rpc('queue.status', {})).data).toMatchObject({ queues: expect.any(Array) });
    for (const [who, method, data, error] of [
      [
        user,
        'message.get',
        { id: bobs },
        { code: 404, message: expect.stringMatching(/^message_not_found: /) },
      ],
      [user, 'message.cancel', { id: bobs }, { code: 404 }],
      [
        user,
        'message.get',
        { id: '\0' },
        { code: 400, message: expect.stringMatching(/^invalid_request: id: /) },
      ],
      [user, 'message.get', null, { code: 400 }],
      [user, 'conversation.history', { id: 'conv_0' }, { code: 404 }],
      [user, 'conversation.history', { id: body.id, limit: 0 }, { code: 400 }],
      [user, 'queue.status', {}, { code: 103 }],
      [holder(KEYS.writer), 'message.get', { id }, { code: 103 }],
      [key, 'message.dance', {}, { code: 104, message: 'method not found' }],
    ] as const)
      await expect(who.rpc(method, data), method).rejects.toMatchObject(error);
  });
});
