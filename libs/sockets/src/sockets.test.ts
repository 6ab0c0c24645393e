import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HttpSettings, loadConfig, SocketSettings } from '#config';
import { AppError } from '#contracts';
import { createLogger, Health, Metrics } from '#observability';
import { eventually } from '#testing';
import { CLOSE } from './close-codes.js';
import { BUFFER } from './connection.js';
import { type Socket, type SocketDoor } from './socket.js';
import { Sockets } from './sockets.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Stage {
  readonly url: string;
  readonly sockets: Sockets;
  readonly metrics: Metrics;
  readonly health: Health;
  /** The server's ends, in the order of their opening. */
  readonly opened: Socket[];
}

/** A server with one door at `/door`, which answers every text with itself. */
async function stage(env: Record<string, string> = {}, door: Partial<SocketDoor> = {}): Promise<Stage> {
  const config = loadConfig({ env });
  const log = createLogger('silent', 'test');
  const [metrics, health] = [new Metrics(), new Health(log)];
  const settings = new SocketSettings(config.sockets);
  const sockets = new Sockets(settings, new HttpSettings(config.http), health, metrics, log);
  const opened: Socket[] = [];
  const open = (socket: Socket) => {
    opened.push(socket);
    socket.onText((text) => socket.send(text));
  };
  const prepare = () => Promise.resolve({ headers: { 'x-session-id': 'sess-1' }, open });
  sockets.add({ path: '/door', maxFrameBytes: 1_024, pingMs: config.sockets.ping, prepare, ...door });
  const server = createServer((_, response) => response.end('over HTTP'));
  sockets.attach(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(async () => {
    await sockets.drain();
    server.close();
    server.closeAllConnections();
  });
  return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, metrics, health, opened };
}

function client({ url }: Stage, path = '/door', options = {}): WebSocket {
  const ws = new WebSocket(`ws://${url}${path}`, options);
  closers.push(() => ws.terminate());
  ws.on('error', () => undefined);
  return ws;
}

async function opened(at: Stage, options = {}): Promise<WebSocket> {
  const ws = client(at, '/door', options);
  await once(ws, 'open');
  return ws;
}

const closeOf = async (ws: WebSocket) => ((await once(ws, 'close')) as [number, Buffer])[0];

/** How an upgrade was refused. */
async function refusal(at: Stage, path = '/door', options = {}) {
  const ws = client(at, path, options);
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = await Array.fromAsync(response, String);
  return { status: response.statusCode, headers: response.headers, body: body.join('') };
}

const textOf = async (ws: WebSocket) => String(((await once(ws, 'message')) as [Buffer])[0]);

const metric = ({ metrics }: Stage, name: string) => metrics.registry.getSingleMetricAsString(name);
const ended = (at: Stage, by: string) =>
  eventually(async () => expect(await metric(at, 'llmq_sockets_closed_total')).toContain(`by="${by}"} 1`));

describe('Sockets', () => {
  test('open what a door has prepared, with its headers', async () => {
    const at = await stage();
    const ws = client(at);
    const [[response]] = (await Promise.all([once(ws, 'upgrade'), once(ws, 'open')])) as [
      [IncomingMessage],
      unknown,
    ];
    expect(response.headers['x-session-id']).toBe('sess-1');
    expect(response.headers['sec-websocket-extensions']).toBeUndefined();
    ws.send('hello');
    expect(await textOf(ws)).toBe('hello');
    expect(await metric(at, 'llmq_open_sockets')).toContain('{door="/door"} 1');
    ws.close(1000);
    await ended(at, 'peer');
  });

  test('leave other upgrades to HTTP', async () => {
    const { url } = await stage();
    const socket = connect(Number(url.split(':')[1]), '127.0.0.1');
    closers.push(() => socket.destroy());
    socket.write('GET /door HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n');
    const answer = await Array.fromAsync(socket, String);
    expect(answer.join('')).toContain('over HTTP');
  });

  test('refuse in words, with the status of the error', async () => {
    const refuse = new AppError('unauthorized', 'Send a key', {});
    const at = await stage({}, { prepare: () => Promise.reject(refuse) });
    expect(await refusal(at)).toMatchObject({
      status: 401,
      headers: { 'x-error-code': 'unauthorized', 'www-authenticate': 'Bearer' },
      body: 'upgrade failed: Send a key\n',
    });
    expect(await refusal(at, '/elsewhere')).toMatchObject({ status: 404 });
    expect(await metric(at, 'llmq_sockets_refused_total')).toContain('{code="route_not_found"} 1');
  });

  test('say nothing of what broke inside', async () => {
    const at = await stage({}, { prepare: () => Promise.reject(new Error('the password is 123')) });
    const { status, body } = await refusal(at);
    expect(status).toBe(500);
    expect(body).not.toContain('123');
  });

  test('refuse a handshake that is none', async () => {
    const at = await stage();
    const answer = await fetch(`http://${at.url}/door`);
    expect(await answer.text()).toBe('over HTTP');
    const socket = connect(Number(at.url.split(':')[1]), '127.0.0.1');
    closers.push(() => socket.destroy());
    socket.write('GET /door HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    const text = (await Array.fromAsync(socket, String)).join('');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('upgrade failed: ');
  });

  test('let pages of other origins in only while any may', async () => {
    const page = { headers: { origin: 'https://page.test' } };
    await opened(await stage(), page);
    const strict = await stage({ SOCKET_ALLOWED_ORIGINS: 'https://other.test, https://page.test:8443' });
    expect(await refusal(strict, '/door', page)).toMatchObject({
      status: 403,
      headers: { 'x-error-code': 'origin_not_allowed' },
    });
    await opened(strict, { headers: { origin: 'https://OTHER.test' } });
    await opened(strict);
  });

  test('bound the connections of an address, and give a place back', async () => {
    const at = await stage({ SOCKET_MAX_PER_ADDRESS: '2' });
    const first = await opened(at);
    await opened(at);
    expect(await refusal(at)).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    await opened(at, { localAddress: '127.0.0.2' });
    first.close();
    await eventually(() => opened(at));
  });

  test('count whom a trusted proxy names', async () => {
    const at = await stage({ SOCKET_MAX_PER_ADDRESS: '1', HTTP_TRUSTED_PROXIES: 'loopback' });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    await opened(at, from('10.0.0.1'));
    await opened(at, from('10.0.0.1, 10.0.0.2'));
    expect(await refusal(at, '/door', from('spoofed, 10.0.0.2, 127.0.0.1'))).toMatchObject({ status: 429 });
  });

  test('bound the connections in all', async () => {
    const at = await stage({ SOCKET_MAX_CONNECTIONS: '1' });
    await opened(at);
    expect(await refusal(at, '/door', { localAddress: '127.0.0.2' })).toMatchObject({ status: 503 });
  });

  test('close on a frame that is too big, and on one that is no text', async () => {
    const at = await stage();
    const [big, binary] = [await opened(at), await opened(at)];
    big.send('x'.repeat(1_025));
    expect(await closeOf(big)).toBe(1009);
    binary.send(Buffer.from('bytes'));
    expect(await closeOf(binary)).toBe(CLOSE.notText);
  });

  test('keep who answers pings and cut off who does not', async () => {
    const at = await stage({ SOCKET_PING: '40ms', SOCKET_DEAD_AFTER: '80ms' });
    const [alive, dead] = [await opened(at), await opened(at, { autoPong: false })];
    expect(await closeOf(dead)).toBe(1006);
    await once(alive, 'ping');
    await once(alive, 'ping');
    expect(alive.readyState).toBe(WebSocket.OPEN);
    await ended(at, 'dead');
  });

  test('a paused one is not dead, and reads on when it is resumed', async () => {
    const at = await stage({ SOCKET_PING: '40ms', SOCKET_DEAD_AFTER: '80ms' });
    const ws = await opened(at);
    const [server] = at.opened;
    server!.pause();
    ws.send('later');
    const watched = await opened(at, { autoPong: false });
    // Long enough for another one to be found dead.
    await closeOf(watched);
    expect(ws.readyState).toBe(WebSocket.OPEN);
    server!.resume();
    expect(await textOf(ws)).toBe('later');
  });

  test('tell a writer to wait until a slow reader has read', async () => {
    const at = await stage();
    const ws = await opened(at);
    const [server] = at.opened;
    ws.pause();
    while (!server!.isFull) server!.send('x'.repeat(32_768));
    let isDrained = false;
    const drained = server!.drained().then(() => (isDrained = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    ws.resume();
    await drained;
    expect(server!.buffered).toBeLessThan(BUFFER.low);
  });

  test('close a reader that takes nothing for too long', async () => {
    const at = await stage({ SOCKET_WRITE_TIMEOUT: '100ms', SOCKET_PING: '200ms', SOCKET_DEAD_AFTER: '30s' });
    const ws = await opened(at);
    const [server] = at.opened;
    ws.pause();
    while (!server!.isFull) server!.send('x'.repeat(32_768));
    // It gives up waiting, and the reader learns why once it reads.
    await server!.drained();
    ws.resume();
    expect(await closeOf(ws)).toBe(CLOSE.slow);
    await ended(at, 'slow');
  });

  test('close a reader for which too much waits', async () => {
    const at = await stage();
    const ws = await opened(at);
    const [server] = at.opened;
    ws.pause();
    for (let i = 0; i < 2_000; i += 1) server!.send('x'.repeat(32_768));
    expect(server!.buffered).toBeLessThan(BUFFER.most + 65_536);
    ws.resume();
    expect(await closeOf(ws)).toBe(CLOSE.slow);
  });

  test('tell everybody at the end, cut off who does not listen, and let nobody in', async () => {
    const at = await stage();
    const [polite, deaf] = [await opened(at), await opened(at)];
    deaf.pause();
    const told = closeOf(polite);
    await at.sockets.drain();
    expect(await told).toBe(CLOSE.goingAway);
    await eventually(async () => expect(await metric(at, 'llmq_open_sockets')).toContain('} 0'));
    expect(await refusal(at)).toMatchObject({ status: 503, headers: { 'x-error-code': 'draining' } });
  });
});
