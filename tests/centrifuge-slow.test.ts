import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '#testing';
import { connect, ENV, serverApi } from './support/centrifuge-client.js';
import { metric } from './support/faults.js';
import { startSystem, type System } from './support/system.js';

const COMMANDS = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"busy"}}';

/** Comes to a gateway, subscribes, and then reads nothing; answers with what lets it go on. */
type Comes = (url: string) => Promise<() => void>;

const byLines: Comes = async (url) => {
  const post = request(`${url}/connection/http_stream`, { method: 'POST' });
  post.on('error', () => undefined);
  post.end(COMMANDS);
  await once(post, 'response');
  return () => post.destroy();
};

const bySocket: Comes = async (url) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/connection/websocket`);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(COMMANDS);
  await once(socket, 'message');
  socket.pause();
  return () => socket.terminate();
};

describe('a client that reads nothing', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem('embedded', {
      ...ENV,
      STREAM_WRITE_TIMEOUT: '500ms',
      SOCKET_WRITE_TIMEOUT: '500ms',
      CENTRIFUGE_PING: '1m',
    });
  });
  afterAll(() => system?.stop());

  test.each([
    ['lines', byLines],
    ['a WebSocket', bySocket],
  ])('is let go, and keeps nobody else from reading (by %s)', async (_, comes) => {
    const gateway = system.gateways[0]!;
    const leave = await comes(gateway.url);
    const reader = connect(gateway.url, 'websocket').newSubscription('busy');
    let read = 0;
    reader.on('publication', () => (read += 1));
    reader.subscribe();
    await reader.ready(5_000);
    expect(await metric(gateway, 'llmq_centrifuge_connections')).toBe(2);
    const data = 'x'.repeat(100_000);
    for (let i = 0; i < 200; i += 1) await serverApi(gateway.url, 'publish', { channel: 'busy', data });
    await eventually(() => expect(read).toBe(200));
    await eventually(async () => expect(await metric(gateway, 'llmq_centrifuge_connections')).toBe(1), {
      timeoutMs: 15_000,
    });
    leave();
  });
});
