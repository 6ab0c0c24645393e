import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cutSilentConnections } from './silent-connections.js';

let server: ReturnType<typeof fastify>;
let release: () => void;

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  release = resolve;
  server = fastify({ forceCloseConnections: 'idle' });
  cutSilentConnections(server);
  server.get('/', () => promise.then(() => 'answered'));
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

const port = () => (server.server.address() as AddressInfo).port;

test('a connection on which nothing was asked does not hold up the end', async () => {
  const socket = connect(port(), '127.0.0.1');
  await once(server.server, 'connection');
  const cut = once(socket, 'close');
  await server.close();
  await cut;
});

test('one with a request is answered first', async () => {
  const answer = fetch(`http://127.0.0.1:${port()}/`);
  await once(server.server, 'request');
  const closed = server.close();
  release();
  expect(await (await answer).text()).toBe('answered');
  await closed;
});
