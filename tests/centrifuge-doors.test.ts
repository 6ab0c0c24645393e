import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
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
import { startSystem, type System } from './support/system.js';

const KEYS = 'a:key-of-the-tenant-acme:acme,o:key-of-the-tenant-other:other';

describe('the doors of the protocol', () => {
  let system: System;
  const url = () => system.gateways[0]!.url;

  beforeAll(async () => {
    system = await startSystem('embedded', { ...ENV, API_KEYS: KEYS });
  });
  afterAll(() => system?.stop());

  test.each([
    ['GET', '/connection/sse', undefined, 400],
    ['POST', '/connection/sse', '', 400],
    ['PUT', '/connection/sse', '{}', 405],
    ['POST', '/connection/sse', `{"id":1,"connect":{"token":"${'x'.repeat(65_536)}"}}`, 413],
    ['GET', '/connection/http_stream', undefined, 405],
    ['POST', '/connection/http_stream', '', 400],
    ['GET', '/emulation', undefined, 405],
    ['POST', '/emulation', 'nonsense', 400],
    ['POST', '/emulation', '{"session":"s","node":"n"}', 400],
    ['POST', '/emulation', JSON.stringify({ session: 's', node: 'n', data: 'x'.repeat(65_537) }), 413],
    ['POST', '/emulation', '{"session":"s","node":"n","data":"{}"}', 404],
    ['OPTIONS', '/emulation', undefined, 200],
    ['OPTIONS', '/connection/http_stream', undefined, 200],
    ['POST', '/api/chat', 'x'.repeat(1_048_577), 413],
    ['POST', '/api/chat', new Uint8Array([0x22, 0xff, 0x22]), 400],
  ])('%s %s is answered with its status', async (method, path, body, status) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': 'key-of-the-tenant-acme' };
    const response = await fetch(url() + path, { method, headers, ...(body !== undefined && { body }) });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('Content-Type');
  });

  test('answers are lines or events, whatever way the commands came', async () => {
    const command = '{"id":1,"connect":{"token":"key-of-the-tenant-acme"}}\n{"id":2,"rpc":{}}\n';
    const lines = await firstBytes(`${url()}/connection/http_stream`, command, 'not available');
    expect(lines).toMatch(/^\{"id":1,"connect":\{.*\}\n\{"id":2,"error":\{"code":108.*\}\n$/);
    const events = await firstBytes(`${url()}/connection/sse`, command, 'not available');
    expect(events).toMatch(
      /^\r\ndata: \{"id":1,"connect":\{.*\n\ndata: \{"id":2,"error":\{"code":108.*\n\n$/,
    );
  });

  test('who may not connect is told so, also one way', async () => {
    const refused = await firstBytes(`${url()}/connection/http_stream`, '{"id":1,"connect":{}}', '\n');
    expect(refused).toBe('{"id":1,"error":{"code":101,"message":"unauthorized"}}\n');
    const oneWay = await (await fetch(`${url()}/connection/uni_sse`)).text();
    expect(oneWay).toBe('\r\ndata: {"disconnect":{"code":3500,"reason":"unauthorized"}}\n\n');
    const broken = await firstBytes(`${url()}/connection/http_stream`, 'nonsense', '\n');
    expect(broken).toBe('{"push":{"disconnect":{"code":3501,"reason":"bad request"}}}\n');
  });

  test('a WebSocket is closed with the code of the protocol', async () => {
    const closed = (frame: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${url().replace('http', 'ws')}/connection/websocket`);
        socket.addEventListener('open', () => socket.send(frame));
        socket.addEventListener('close', ({ code, reason }) => resolve([code, reason]));
      });
    expect(await closed('nonsense')).toEqual([3501, 'bad request']);
    expect(await closed('{"id":1,"connect":{"token":"nonsense"}}')).toEqual([3500, 'invalid token']);
    expect(await closed('x'.repeat(65_537))).toEqual([1009, '']);
  });

  test('protobuf is refused before the upgrade', async () => {
    const socket = new WebSocket(
      `${url().replace('http', 'ws')}/connection/websocket`,
      'centrifuge-protobuf',
    );
    const failed = await new Promise((resolve) => socket.addEventListener('error', () => resolve(true)));
    expect(failed).toBe(true);
  });
});

/** What comes of an answer that goes on, up to a word. */
async function firstBytes(url: string, body: string, until: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body });
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body!) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.includes(until)) break;
  }
  return text;
}

describe('channels of tenants', () => {
  let system: System;
  const url = () => system.gateways[0]!.url;
  const [ACME, OTHER] = [
    { 'x-api-key': 'key-of-the-tenant-acme' },
    { 'x-api-key': 'key-of-the-tenant-other' },
  ];

  beforeAll(async () => {
    system = await startSystem('embedded', { ...ENV, API_KEYS: KEYS });
  });
  afterAll(() => system?.stop());

  test('nothing is answered without a key', async () => {
    const answers = await Promise.all([
      fetch(`${url()}/api/chat`, { method: 'POST', body: '{"message":"Hello"}' }),
      fetch(`${url()}/connection/sse?channel=chat:${crypto.randomUUID()}`),
      fetch(`${url()}/api/chat?token=wrong`, { method: 'POST', body: '{"message":"Hello"}' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const client = connect(url(), 'websocket');
    const code = await new Promise((resolve) =>
      client.on('disconnected', (context) => resolve(context.code)),
    );
    expect(code).toBe(101);
  });

  test.each([
    ['a key as the token', { token: 'key-of-the-tenant-acme' }],
    ['a signed token', { token: webToken({ sub: 'ada', tenant: 'acme' }, SECRET) }],
  ])('%s opens the chats of its tenant, and of no other', async (_, options) => {
    const channel = await startChat(url(), 'mine', ACME);
    const foreign = await startChat(url(), 'theirs', OTHER);
    for (const transport of TRANSPORTS) {
      const client = connect(url(), transport, options);
      const reader = new ChatReader(client, channel);
      await reader.ended;
      expect(reader.text).toBe(replyTo('mine'));
      await expect(new ChatReader(client, foreign).ended).rejects.toThrow('102');
    }
  });

  test('a key in the query opens what browsers cannot send headers to', async () => {
    const channel = await startChat(url(), 'mine', ACME);
    const status = async (token: string) => {
      const answer = await fetch(`${url()}/connection/sse?channel=${channel}&token=${token}`);
      await answer.body?.cancel();
      return answer.status;
    };
    expect(await status('key-of-the-tenant-acme')).toBe(200);
    expect(await status('key-of-the-tenant-other')).toBe(404);
    expect(await status('nonsense')).toBe(401);
  });

  test('a token of another secret is refused', async () => {
    const client = connect(url(), 'websocket', {
      token: webToken({ sub: 'eve', tenant: 'acme' }, 'another'),
    });
    const code = await new Promise((resolve) =>
      client.on('disconnected', (context) => resolve(context.code)),
    );
    expect(code).toBe(3500);
  });
});

test('without a configured key the server API is closed', async () => {
  const system = await startSystem('embedded');
  try {
    const { url } = system.gateways[0]!;
    for (const key of ['', 'undefined', 'anything'])
      expect((await serverApi(url, 'publish', { channel: 'a', data: 1 }, key)).status).toBe(401);
    const page = await fetch(`${url}/examples/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  } finally {
    await system.stop();
  }
});

test('chats are counted by the limits of the API, and a page may read that it was one too many', async () => {
  const system = await startSystem('embedded', { LIMIT_IP_RATE: '1/m' });
  try {
    const { url } = system.gateways[0]!;
    await startChat(url, 'one');
    const response = await fetch(`${url}/api/chat`, { method: 'POST', body: '{"message":"two"}' });
    const { headers } = response;
    expect([response.status, headers.get('access-control-allow-origin')]).toEqual([429, '*']);
    expect(await response.json()).toMatchObject({ code: 'rate_limited' });
  } finally {
    await system.stop();
  }
});
