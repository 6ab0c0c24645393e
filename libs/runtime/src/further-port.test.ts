import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configSchema, loadConfig } from '#config';
import { FurtherPort, furtherPortOf } from './further-port.js';
import { cutSilentConnections } from './silent-connections.js';

const HOST = '127.0.0.1';

describe('a further port', () => {
  let server: ReturnType<typeof fastify>;
  let further: FurtherPort;
  let release: () => void;

  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    release = resolve;
    server = fastify({ forceCloseConnections: 'idle' });
    cutSilentConnections(server);
    further = new FurtherPort(server);
    server.get('/', () => 'answered');
    server.get('/slow', async () => {
      await promise;
      return 'answered';
    });
    await server.listen({ port: 0, host: HOST });
  });
  afterEach(() => {
    release();
    return server.close();
  });

  const mainPort = () => (server.server.address() as AddressInfo).port;

  test('is answered by the same server', async () => {
    const port = await further.listen(0, HOST);
    expect(port).not.toBe(mainPort());
    for (const each of [port, mainPort()])
      expect(await (await fetch(`http://${HOST}:${each}/`)).text()).toBe('answered');
  });

  test('answers what was asked there before it closes, and takes nothing more', async () => {
    const port = await further.listen(0, HOST);
    const asked = once(server.server, 'request');
    const answer = fetch(`http://${HOST}:${port}/slow`, { headers: { connection: 'close' } });
    await asked;
    let closed = false;
    const closing = server.close().then(() => (closed = true));
    await expect.poll(() => fetch(`http://${HOST}:${port}/`).catch(() => 'refused')).toBe('refused');
    expect(closed).toBe(false);
    release();
    expect(await (await answer).text()).toBe('answered');
    await closing;
  });

  test('is not held up by connections on which nothing was asked', async () => {
    const port = await further.listen(0, HOST);
    const connected = once(server.server, 'connection');
    const socket = connect(port, HOST);
    await connected;
    const cut = once(socket, 'close');
    await server.close();
    await cut;
  });

  test('that is taken is named, with the setting', async () => {
    const other = createServer().listen(0, HOST);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(further.listen(port, HOST)).rejects.toThrow(
      `the port ${port} is taken; choose another one with CENTRIFUGE_PORT, or none`,
    );
    other.close();
  });
});

test('a further port is one that the server does not have yet', () => {
  const portOf = (env: Record<string, string>) => furtherPortOf(loadConfig({ env }));
  expect(portOf({})).toBeUndefined();
  expect(portOf({ CENTRIFUGE_PORT: '' })).toBeUndefined();
  expect(configSchema.parse({ centrifuge: { port: null } }).centrifuge.port).toBeUndefined();
  expect(portOf({ CENTRIFUGE_PORT: '8000' })).toBe(8_000);
  expect(portOf({ CENTRIFUGE_PORT: '8000', PORT: '8000' })).toBeUndefined();
  expect(portOf({ CENTRIFUGE_PORT: '0', PORT: '0' })).toBe(0);
  expect(() => portOf({ CENTRIFUGE_PORT: '70000' })).toThrow('CENTRIFUGE_PORT');
});
