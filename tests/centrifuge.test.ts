import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import {
  type ChatEvent,
  ChatReader,
  connect,
  ENV,
  replyTo,
  SECRET,
  serverApi,
  startChat,
  TRANSPORTS,
  webToken,
} from './support/centrifuge-client.js';
import { Client } from './support/client.js';
import { readAsOldPage } from './support/old-page.js';
import { PROFILES, startSystem, type System } from './support/system.js';

describe.each(PROFILES)('chats over the Centrifuge protocol (%s)', (topology) => {
  let system: System;
  const urls = () => [system.gateways[0]!.url, system.gateways.at(-1)!.url] as const;

  beforeAll(async () => {
    system = await startSystem(topology, ENV);
  });
  afterAll(() => system?.stop());

  test.each(TRANSPORTS)(
    'the official client reads a reply from its start to its end (%s)',
    async (transport) => {
      const [first, last] = urls();
      const channel = await startChat(first, `Hello "wörld" by ${transport}`);
      const client = connect(last, transport);
      const reader = new ChatReader(client, channel);
      await reader.ended;
      expect(reader.text).toBe(replyTo(`Hello "wörld" by ${transport}`));
      expect(reader.events.map(({ type }) => type)).toEqual([
        'start',
        ...Array.from({ length: reader.events.length - 2 }, () => 'chunk'),
        'end',
      ]);
      expect(reader.offsets).toEqual(reader.offsets.toSorted((a, b) => a - b));
      const late = new ChatReader(connect(first, transport), channel, { data: { format: 'object' } });
      await late.ended;
      expect(late.text).toBe(reader.text);
    },
  );

  test.each(TRANSPORTS)('a client that is cut off goes on where it was (%s)', async (transport) => {
    const [first, last] = urls();
    const channel = await startChat(first, `cut off ${transport}`);
    const client = connect(last, transport);
    const reader = new ChatReader(client, channel);
    await eventually(() => expect(reader.events.length).toBeGreaterThan(1));
    client.disconnect();
    client.connect();
    await reader.ended;
    expect(reader.text).toBe(replyTo(`cut off ${transport}`));
    expect(new Set(reader.offsets).size).toBe(reader.offsets.length);
  });

  test('plain server-sent events carry the same, and go on after the last one', async () => {
    const [first, last] = urls();
    const channel = await startChat(first, 'plain');
    const source = new EventSource(`${last}/connection/sse?channel=${channel}`);
    const events: (ChatEvent & { id: string })[] = [];
    await new Promise<void>((resolve, reject) => {
      source.addEventListener('error', (error) => reject(new Error(String(error.message))));
      source.addEventListener('message', ({ data, lastEventId }) => {
        events.push({ ...(JSON.parse(data as string) as ChatEvent), id: lastEventId });
        if (events.at(-1)!.type === 'end') resolve();
      });
    });
    source.close();
    expect(events.map(({ message }) => message).join('')).toBe(replyTo('plain'));
    const from = (id: string) =>
      fetch(`${first}/connection/sse?channel=${channel}`, { headers: { 'last-event-id': id } });
    const rest = await (await from(events.at(-2)!.id)).text();
    expect(rest).toBe(`id: ${events.at(-1)!.id}\ndata: {"message":"","type":"end"}\n\n`);
    expect((await from(events.at(-1)!.id)).status).toBe(204);
    const answer = await fetch(`${first}/connection/sse?channel=chat:${crypto.randomUUID()}`);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });

  test('POST /api/chat answers in the words that its clients know', async () => {
    const [url] = urls();
    const ask = async (method: string, body?: string, type = 'application/json') => {
      const response = await fetch(`${url}/api/chat`, {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': type } }),
      });
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      return [response.status, await response.text()];
    };
    const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
    const created = `{"channel_id":"chat:${uuid}","message":"Channel created, start listening for messages"}\n`;
    const [status, text] = await ask('POST', '{"message":"Hello","other":1}');
    expect([status, text]).toEqual([200, expect.stringMatching(new RegExp(`^${created}$`))]);
    expect((await ask('POST', '{"message":"Hello"}', 'text/plain'))[0]).toBe(200);
    for (const body of ['', '{', '[]', 'null', '{"message":7}'])
      expect(await ask('POST', body)).toEqual([400, expect.stringMatching(/^Invalid request body: ./)]);
    for (const body of ['{}', '{"message":""}', '{"message":" \\n"}'])
      expect(await ask('POST', body)).toEqual([400, 'Message is required\n']);
    for (const method of ['GET', 'PUT', 'DELETE']) expect((await ask(method))[0]).toBe(405);
    expect(await ask('OPTIONS')).toEqual([200, '']);
  });

  test('the message of a chat is a message as all others', async () => {
    const [url] = urls();
    const channel = await startChat(url, 'as all others');
    const id = `msg_${channel.replace('chat:', '').replaceAll('-', '')}`;
    expect(await new Client(url).ended(id)).toMatchObject({
      content: 'as all others',
      status: 'completed',
      reply: { content: replyTo('as all others') },
    });
    const reader = new ChatReader(connect(url, 'websocket'), `messages:${id}`);
    await reader.ended;
    expect(reader.text).toBe(replyTo('as all others'));
  });

  test('a reply that fails ends with its error', async () => {
    const [url] = urls();
    const id = await new Client(url).send('fails', { metadata: { simulate: { fail: 'provider_rejected' } } });
    const reader = new ChatReader(connect(url, 'websocket'), `messages:${id}`);
    await reader.ended;
    expect(reader.events.at(-1)).toEqual({ type: 'error', message: expect.stringMatching(/^Error: ./) });
  });

  test('an unknown channel is refused for good', async () => {
    const client = connect(urls()[0], 'websocket');
    for (const channel of [`chat:${crypto.randomUUID()}`, 'chat:nonsense', 'messages:msg_0', 'unknown:x'])
      await expect(new ChatReader(client, channel).ended).rejects.toThrow('102 unknown channel');
  });
});

describe.each(PROFILES)('channels for anybody (%s)', (topology) => {
  let system: System;
  const urls = () => [system.gateways[0]!.url, system.gateways.at(-1)!.url] as const;

  beforeAll(async () => {
    system = await startSystem(topology, ENV);
  });
  afterAll(() => system?.stop());

  test.each(TRANSPORTS)('publish, presence and history go through any gateway (%s)', async (transport) => {
    const [first, last] = urls();
    const channel = `news-${transport}`;
    const [writer, reader] = [connect(first, transport), connect(last, transport)];
    const seen: unknown[] = [];
    const subscription = reader.newSubscription(channel);
    subscription.on('publication', ({ data }) => seen.push(data));
    subscription.subscribe();
    await subscription.ready(5_000);
    for (let i = 1; i <= 20; i += 1) await writer.publish(channel, { i });
    await eventually(() => expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => ({ i: i + 1 }))));
    expect(await writer.presenceStats(channel)).toEqual({ numClients: 1, numUsers: 1 });
    const { publications, offset } = await writer.history(channel, { limit: 2, reverse: true });
    expect([offset, publications.map(({ data }) => data)]).toEqual([20, [{ i: 20 }, { i: 19 }]]);
    subscription.unsubscribe();
    await eventually(async () =>
      expect(await writer.presenceStats(channel)).toEqual({ numClients: 0, numUsers: 0 }),
    );
  });

  test.each(TRANSPORTS)('who was away gets what was missed, in order (%s)', async (transport) => {
    const [first, last] = urls();
    const channel = `away-${transport}`;
    const client = connect(last, transport);
    const seen: unknown[] = [];
    const subscription = client.newSubscription(channel);
    subscription.on('publication', ({ data }) => seen.push(data));
    subscription.subscribe();
    await subscription.ready(5_000);
    await serverApi(first, 'publish', { channel, data: 0 });
    await eventually(() => expect(seen).toEqual([0]));
    client.disconnect();
    for (let i = 1; i <= 50; i += 1) await serverApi(first, 'publish', { channel, data: i });
    client.connect();
    await eventually(() => expect(seen).toEqual(Array.from({ length: 51 }, (_, i) => i)));
  });

  test('a client whose gateway dies goes on through another one', async () => {
    if (topology === 'embedded') return;
    const doomed = await system.start('api-gateway');
    const [url] = urls();
    for (const transport of TRANSPORTS) {
      const response = await fetch(`${doomed.url}/emulation`, {
        method: 'POST',
        body: JSON.stringify({ session: 's', node: 'node-of-nobody', data: '{}' }),
      });
      expect([transport, response.status]).toEqual([transport, 404]);
    }
    const channel = await startChat(url, 'on the way');
    const client = connect(doomed.url, 'websocket');
    const reader = new ChatReader(client, channel);
    await eventually(() => expect(reader.events.length).toBeGreaterThan(1));
    await system.kill(doomed);
    const seen = reader.offsets.at(-1)!;
    const rest = new ChatReader(connect(url, 'websocket'), channel, {
      since: { offset: seen, epoch: 'reply' },
    });
    await rest.ended;
    expect(reader.text + rest.text).toBe(replyTo('on the way'));
  });

  test('pings keep a silent client, on every transport', async () => {
    const clients = TRANSPORTS.map((transport) =>
      connect(urls()[0], transport, { maxServerPingDelay: 1_500 }),
    );
    await Promise.all(clients.map((client) => client.ready(5_000)));
    const left: unknown[] = [];
    clients.forEach((client) => client.on('connecting', (context) => left.push(context)));
    const endsAt = performance.now() + 4_000;
    await eventually(() => expect(performance.now()).toBeGreaterThan(endsAt), { everyMs: 100 });
    expect(left).toEqual([]);
  });

  test('the server API publishes, tells what was published, and who is there', async () => {
    const [first, last] = urls();
    const client = connect(last, 'websocket', { token: webToken({ sub: 'ada', info: { n: 1 } }, SECRET) });
    const subscription = client.newSubscription('api');
    subscription.subscribe();
    await subscription.ready(5_000);
    const { result } = (await serverApi(first, 'publish', { channel: 'api', data: { a: 1 } })).body as {
      result: { offset: number; epoch: string };
    };
    expect(result).toEqual({ offset: 1, epoch: expect.any(String) });
    expect((await serverApi(last, 'history', { channel: 'api', limit: 10 })).body).toEqual({
      result: { offset: 1, epoch: result.epoch, publications: [{ data: { a: 1 }, offset: 1 }] },
    });
    expect((await serverApi(first, 'history', { channel: 'api', limit: 0 })).body).toEqual({
      result: { offset: 1, epoch: result.epoch, publications: [] },
    });
    const broadcast = await serverApi(first, 'broadcast', { channels: ['api', 'unknown:x'], data: 2 });
    expect(broadcast.body).toEqual({
      result: {
        responses: [
          { result: { offset: 2, epoch: result.epoch } },
          { error: { code: 102, message: 'unknown channel' } },
        ],
      },
    });
    const { presence } = (await serverApi(first, 'presence', { channel: 'api' })).body['result'] as {
      presence: Record<string, unknown>;
    };
    expect(Object.values(presence)).toEqual([
      { user: 'ada', client: expect.any(String), conn_info: { n: 1 } },
    ]);
    const { nodes } = (await serverApi(first, 'info', {})).body['result'] as {
      nodes: { num_clients: number }[];
    };
    expect(nodes.length).toBeGreaterThanOrEqual(system.gateways.length);
    expect((await serverApi(first, 'publish', { channel: 'api' })).body).toEqual({
      error: { code: 107, message: 'bad request' },
    });
    for (const key of ['', 'wrong'])
      expect((await serverApi(first, 'publish', { channel: 'api', data: 1 }, key)).status).toBe(401);
  });

  test('one-way events begin with who the client is', async () => {
    const [first, last] = urls();
    const connectCommand = encodeURIComponent(JSON.stringify({ subs: { 'one-way': {} } }));
    const source = new EventSource(`${last}/connection/uni_sse?cf_connect=${connectCommand}`);
    const events: Record<string, unknown>[] = [];
    source.addEventListener('message', ({ data }) =>
      events.push(JSON.parse(data as string) as Record<string, unknown>),
    );
    await eventually(() => expect(events[0]).toHaveProperty('connect.subs.one-way'));
    await serverApi(first, 'publish', { channel: 'one-way', data: { a: 1 } });
    await eventually(() =>
      expect(events.at(-1)).toMatchObject({ channel: 'one-way', pub: { data: { a: 1 } } }),
    );
    source.close();
  });
});

test('a page of old, with the client of its time, reads its chat over WebSocket and server-sent events', async () => {
  const system = await startSystem('embedded', ENV);
  try {
    const { url } = system.gateways[0]!;
    for (const transport of TRANSPORTS) {
      const channel = await startChat(url, `old ${transport}`);
      const text = await readAsOldPage(url, transport, channel);
      expect(text).toBe(replyTo(`old ${transport}`));
    }
  } finally {
    await system.stop();
  }
});
