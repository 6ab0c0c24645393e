import { Ajv } from 'ajv';
import { createRequire } from 'node:module';
import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { asyncApi, openApi } from '../scripts/docs/api.js';
import { CallbackReceiver } from './support/callback-receiver.js';
import { API_KEY, serverApi, startChat } from './support/centrifuge-client.js';
import { Chat, SessionReader } from './support/chat.js';
import { DocumentedChannels } from './support/documented-channels.js';
import { FrameReader } from './support/frame-reader.js';
import { startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

type Json = Readonly<Record<string, unknown>>;

const document = JSON.parse(asyncApi()) as Json & {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: Json }>>;
};
const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as Json;

/** Every `$ref` below a node. */
function referencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { $ref } = node as { readonly $ref?: unknown };
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(node).flatMap(referencesIn)];
}

function find(reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/');
  return parts.reduce<unknown>((node, part) => (node as Json | undefined)?.[part], document);
}

describe('the AsyncAPI document', () => {
  test('is one, as its specification says', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    // A validator that takes anything would be none.
    expect(validate({ ...document, channels: { bad: { address: 1 } } })).toBe(false);
  });

  test('refers to nothing that is not there', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => find(reference) === undefined)).toEqual([]);
  });

  test('has the streams of the OpenAPI document, at their addresses', () => {
    const paths = (JSON.parse(openApi()) as { readonly paths: Readonly<Record<string, object>> }).paths;
    const streamed = Object.entries(paths).filter(([, path]) =>
      JSON.stringify(path).includes('text/event-stream'),
    );
    const addresses = Object.values(document.channels).map(({ address }) =>
      address.replaceAll(/\{\w+\}/g, '{}'),
    );
    expect(streamed.length).toBe(4);
    for (const [path] of streamed) expect(addresses).toContain(path.replaceAll(/\{\w+\}/g, '{}'));
  });
});

describe('what the server sends is as the document says', () => {
  const channels = new DocumentedChannels(document);
  const readers: FrameReader[] = [];
  let receiver: CallbackReceiver;
  let system: System;
  let client: TaskClient;
  const url = () => system.gateways[0]!.url;

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    system = await startSystem('embedded', {
      CENTRIFUGE_API_KEY: API_KEY,
      CHAT_PING: '1s',
      CENTRIFUGE_PING: '1s',
      CENTRIFUGE_NAMESPACES:
        '{"live": {"presence": true, "publish": true, "join_leave": true, "history_size": 9}}',
      WEBHOOK_ALLOW_PRIVATE: 'true',
    });
    client = new TaskClient(url());
  });
  afterAll(async () => {
    readers.splice(0).forEach((reader) => reader.leave());
    await system?.stop();
    await receiver?.die();
  });

  async function connected(): Promise<FrameReader> {
    const reader = await FrameReader.open(url());
    readers.push(reader);
    await reader.ask({ connect: {} });
    return reader;
  }

  /** Everything that came, and in it what was published in a channel. */
  function checkAll(reader: FrameReader, published: Readonly<Record<string, string>> = {}): void {
    for (const frame of reader.frames) channels.check('centrifuge', frame);
    for (const [address, channel] of Object.entries(published)) {
      const { data } = reader.subscriptions.get(address)!;
      const state = { conversationEvents: 'conversationState', taskEvents: 'taskState' }[channel];
      expect(data !== undefined, address).toBe(state !== undefined);
      if (state) channels.check(channel, data, [state]);
      const all = reader.publications(address);
      expect(all, address).not.toEqual([]);
      for (const each of all) channels.check(channel, each);
    }
  }

  const RETRIED = { metadata: { simulate: { fail: 'provider_unavailable', after_chunks: 1, times: 1 } } };

  test('in the channels of events', async () => {
    const reader = await connected();
    const { body } = await client.post('/api/v1/conversations', { user_id: 'ada', title: 'T' });
    const conversation = `conversations:${body.id}`;
    const id = await client.submit({ user_id: 'ada', config: { max_tokens: 200 }, ...slow() });
    const task = `tasks:${id}`;
    for (const channel of ['user:ada', conversation, task]) await reader.ask({ subscribe: { channel } });
    await client.post('/api/v1/conversations', { user_id: 'ada' });
    const turn = await client.post(`/api/v1/conversations/${body.id}/messages`, { content: '1', ...RETRIED });
    const failing = { user_id: 'ada', metadata: { simulate: { fail: 'provider_rejected' } } };
    const failed = await client.send('fails', failing);
    const hanging = await client.send('hangs', { user_id: 'ada', metadata: { simulate: { hang: true } } });
    await client.delete(`/api/v1/messages/${hanging}`);
    await client.put(`/api/v1/conversations/${body.id}/state`, { state: 'archived' });
    await Promise.all([turn.body.id, failed, hanging].map((each) => client.ended(each as string)));
    await client.done(id);
    const types = [
      ...['accepted', 'started', 'progress', 'retrying', 'completed', 'failed', 'cancelled'].map(
        (type) => `message.${type}`,
      ),
      ...['created', 'changed'].map((type) => `conversation.${type}`),
    ];
    await eventually(() => {
      const told = reader.publications('user:ada').map((news) => (news as { type: string }).type);
      expect([...new Set(told)].toSorted()).toEqual(types.toSorted());
    });
    await eventually(() =>
      expect(reader.publications(task).at(-1)).toMatchObject({ event_type: 'completed' }),
    );
    checkAll(reader, {
      'user:ada': 'userEvents',
      [conversation]: 'conversationEvents',
      [task]: 'taskEvents',
    });
  });

  test('in the channels of replies', async () => {
    const reader = await connected();
    const chat = await startChat(url(), 'by a chat');
    const message = `messages:${await client.send('retried', RETRIED)}`;
    for (const channel of [chat, message]) await reader.ask({ subscribe: { channel } });
    await eventually(() => {
      expect(reader.publications(chat).at(-1)).toContain('"end"');
      expect(reader.publications(message).at(-1)).toMatchObject({ type: 'end' });
    });
    for (const frame of reader.frames) channels.check('centrifuge', frame);
    for (const text of reader.publications(chat))
      channels.check('chatChannel', JSON.parse(text as string), ['publication']);
    for (const piece of reader.publications(message)) channels.check('messageChannel', piece);
  });

  test('in channels of anybody’s own, with who comes and goes', async () => {
    const [reader, guest] = [await connected(), await connected()];
    const channel = 'live:room';
    await reader.ask({ subscribe: { channel, join_leave: true } });
    await guest.ask({ subscribe: { channel } });
    await guest.ask({ publish: { channel, data: { by: 'guest' } } });
    await serverApi(url(), 'publish', { channel, data: 1, tags: { a: 'b' } });
    await guest.ask({ unsubscribe: { channel } });
    const moves = (kind: 'join' | 'leave') => reader.pushes(channel, kind);
    await eventually(() => expect([moves('join').length, moves('leave').length]).toEqual([2, 1]));
    for (const kind of ['join', 'leave'] as const)
      for (const each of moves(kind)) channels.check('ownChannel', each, [kind]);
    checkAll(reader, { [channel]: 'ownChannel' });
    checkAll(guest);
  });

  test('as answers to commands and calls, well and badly', async () => {
    const reader = await connected();
    const id = await client.send('by rpc');
    const { body } = await client.post('/api/v1/conversations', { user_id: 'u' });
    await client.ended(id);
    for (const [method, data] of [
      ['message.get', { id }],
      ['message.cancel', { id: await client.send('hangs', { metadata: { simulate: { hang: true } } }) }],
      ['conversation.history', { id: body.id }],
      ['queue.status', {}],
    ] as const)
      expect(await reader.ask({ rpc: { method, data } }), method).toHaveProperty('rpc.data');
    expect(await reader.ask({ rpc: { method: 'message.get', data: {} } })).toHaveProperty('error.code', 400);
    await reader.ask({ subscribe: { channel: 'live:a' } });
    for (const command of ['presence', 'presence_stats', 'history'])
      expect(await reader.ask({ [command]: { channel: 'live:a' } })).toHaveProperty(command);
    expect(await reader.ask({ subscribe: { channel: 'none:a' } })).toHaveProperty('error.code', 102);
    checkAll(reader);
  });

  /** The data of all server-sent events until one of them has this in it, or the answer ends. */
  async function eventsOf(path: string, until: string, init: RequestInit = {}) {
    const response = await fetch(url() + path, { ...init, signal: AbortSignal.timeout(20_000) });
    const events: { event: string; data: string }[] = [];
    const parser = createParser({ onEvent: ({ event = '', data }) => events.push({ event, data }) });
    const decoder = new TextDecoder();
    for await (const bytes of response.body!) {
      parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
      if (events.some(({ event, data }) => `${event} ${data}`.includes(until))) break;
    }
    return events;
  }

  test('by HTTP, in both directions and in one', async () => {
    const body = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"live:http"}}';
    const events = await eventsOf('/connection/sse', '"subscribe"', { method: 'POST', body });
    expect(events).toHaveLength(2);
    for (const { data } of events) channels.check('centrifugeEvents', JSON.parse(data));
    const response = await fetch(`${url()}/connection/http_stream`, { method: 'POST', body });
    let text = '';
    for await (const bytes of response.body!) {
      text += Buffer.from(bytes as Uint8Array).toString();
      if (text.includes('"subscribe"')) break;
    }
    for (const line of text.trim().split('\n')) channels.check('centrifugeLines', JSON.parse(line));
    const subs = encodeURIComponent('{"subs":{"live:one-way":{}}}');
    const reading = eventsOf(`/connection/uni_sse?cf_connect=${subs}`, '"pub"');
    await eventually(async () => {
      const stats = await serverApi(url(), 'presence_stats', { channel: 'live:one-way' });
      expect(stats.body).toMatchObject({ result: { num_clients: 1 } });
    });
    await serverApi(url(), 'publish', { channel: 'live:one-way', data: 1 });
    const pushed = await reading;
    expect(JSON.parse(pushed[0]!.data)).toHaveProperty('connect.client');
    for (const { data } of pushed) channels.check('centrifugeOneWay', JSON.parse(data));
  });

  test('as streams', async () => {
    const id = await client.send('retried', RETRIED);
    for (const { event, data } of await client.events(id)) channels.check('reply', data, [event]);
    const frames = await eventsOf('/api/v1/process/stream', '"finished":true', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'custom', prompt: 'Say it' }),
    });
    for (const { data } of frames) channels.check('process', JSON.parse(data));
  });

  test('to sessions', async () => {
    const chat = await Chat.open(url(), '?mode=chat&session_id=told');
    const reader = await SessionReader.open(url(), 'told');
    chat.send('Hello');
    await reader.replies(1);
    for (const piece of chat.frames) channels.check('chat', piece, ['piece']);
    await client.post('/api/v1/sessions/told/messages', { content: 'again', ...RETRIED });
    await reader.replies(2);
    // Who has another text of the first attempt than that of the second is told to drop it.
    const first = reader.chunks.find(({ data }) => String(data['chunk']).includes('again'));
    const place = first!.id.replace(/\.\w+$/, '.0');
    const other = await SessionReader.open(url(), 'told', place);
    await other.seen('reset');
    await reader.seen('ping');
    await client.delete('/api/v1/sessions/told');
    await Promise.all([reader.over(), other.over()]);
    const names: Readonly<Record<string, string>> = { reset: 'sessionReset', end: 'sessionEnd' };
    for (const { event, data } of [...reader.events, ...other.events])
      channels.check('session', data, [names[event] ?? event]);
    chat.leave();
  });

  test('of tasks, to sockets and as callbacks', async () => {
    const chat = await Chat.open(url(), '?mode=tasks');
    const id = await client.submit({ callback_url: receiver.url('/told') });
    await client.done(id);
    await chat.heard('"completed"');
    for (const frame of chat.frames) channels.check('chat', JSON.parse(frame), ['taskEvent']);
    await eventually(() =>
      expect(receiver.at('/told').map(({ event }) => event.event_type)).toContain('completed'),
    );
    for (const { body } of receiver.at('/told')) channels.check('callback', JSON.parse(body));
    chat.leave();
  });

  test('in a streamed chat completion', async () => {
    const response = await fetch(`${url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'auto',
        messages: [{ role: 'user', content: 'Hello!' }],
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(lines.pop()).toBe('data: [DONE]');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) channels.check('completion', JSON.parse(line.slice('data: '.length)));
  });

  test('and nothing is described that is never sent', () => {
    expect(channels.sent.filter((each) => !channels.seen.has(each))).toEqual([]);
  });
});

/** A reply that takes longer than the time between two looks at how far it is. */
function slow() {
  return { metadata: { simulate: { chunks: 20, delay_ms: 150 } } };
}
