import { describe, expect, test } from 'vitest';
import { openNode, TestClient, token, VISITOR } from './test-client.conformance.js';

const connected = async (node = openNode()) => {
  const client = new TestClient(node.hub);
  const { connect } = await client.connect();
  return { ...node, client, connect };
};

describe('a connection', () => {
  test('is told who it is and how often it is pinged', async () => {
    const { connect } = await connected();
    expect(connect).toEqual({ client: expect.stringMatching(/^[0-9a-f-]{36}$/), ping: 25, pong: true });
  });

  test('whose way back is another request is told session and node, and need not answer pings', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub, VISITOR, true);
    const { connect } = await client.connect();
    expect(connect).toEqual({
      client: expect.any(String),
      ping: 25,
      session: client.connection.session,
      node: 'node-1',
    });
    hub.receive(client.connection.session, '{"id":2,"rpc":{"method":"no.such","data":{}}}');
    expect(await client.next(({ id }) => id === 2)).toEqual({
      id: 2,
      error: { code: 104, message: 'method not found' },
    });
    hub.receive('session-of-nobody', '{"id":3,"rpc":{}}');
  });

  test('does the commands of one frame in their order, and answers them in one frame', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub);
    client.connection.receive(
      [
        '{"id":1,"connect":{}}',
        '{"id":2,"subscribe":{"channel":"a"}}',
        '{"id":3,"publish":{"channel":"a","data":1}}',
        '',
      ].join('\n'),
    );
    await client.next(({ push }) => push !== undefined);
    await client.next(({ id }) => id === 3);
    expect(client.messages.flatMap(({ id }) => id ?? [])).toEqual([1, 2, 3]);
    expect(client.frames.length).toBeLessThanOrEqual(2);
  });

  test.each([
    ['no JSON', 'hello'],
    ['an empty frame', ''],
    ['an empty line', '{"id":1,"connect":{}}\n\n'],
    ['a command before connect', '{"id":1,"subscribe":{"channel":"a"}}'],
    ['a second connect', '{"id":1,"connect":{}}\n{"id":2,"connect":{}}'],
    ['a command without id', '{"id":1,"connect":{}}\n{"subscribe":{"channel":"a"}}'],
    ['a command without channel', '{"id":1,"connect":{}}\n{"id":2,"subscribe":{}}'],
    ['an unknown command', '{"id":1,"connect":{}}\n{"id":2,"dance":{}}'],
    ['a ping of the client', '{"id":1,"connect":{}}\n{"id":2,"ping":{}}'],
    ['a pong that nobody asked for', '{"id":1,"connect":{}}\n{}'],
  ])('is ended as a bad request by %s', async (_, frame) => {
    const { hub } = openNode();
    const client = new TestClient(hub);
    client.connection.receive(frame);
    expect(await client.ended()).toEqual({ code: 3501, reason: 'bad request' });
    expect(hub.connections()).toEqual([]);
  });

  test('is ended by `send`, which nobody takes', async () => {
    const { client } = await connected();
    client.connection.receive('{"send":{"data":1}}');
    expect(await client.ended()).toEqual({ code: 3508, reason: 'not available' });
  });

  test('is not taken on after a connect that was refused', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub, { caller: undefined, callerOf: () => undefined });
    const { error } = await client.connect();
    expect(error).toEqual({ code: 101, message: 'unauthorized' });
    client.connection.receive('{"id":9,"connect":{}}');
    expect((await client.ended()).code).toBe(3501);
  });

  test('ignores fields and values that it does not know', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub);
    const { connect } = await client.connect({ name: 'js', version: '9', flag: 4, headers: { a: 'b' } });
    expect(connect.client).toBeDefined();
    const { subscribe } = await client.ask({
      subscribe: { channel: 'a', flag: 1, tf: {}, join_leave: true },
    });
    expect(subscribe).toEqual({ recoverable: true, positioned: true, epoch: expect.any(String) });
  });

  test('is pinged, and ended when it does not answer', async () => {
    const { client, clock, hub } = await connected();
    const pings = () => client.messages.filter((message) => Object.keys(message).length === 0).length;
    clock.advance(25_000);
    hub.tick();
    await expect.poll(pings).toBe(1);
    client.connection.receive('{}');
    clock.advance(25_000);
    hub.tick();
    await expect.poll(pings).toBe(2);
    clock.advance(10_000);
    hub.tick();
    expect(await client.ended()).toEqual({ code: 3012, reason: 'no pong' });
  });

  test('is ended as stale when it never says who it is', async () => {
    const { hub, clock } = openNode();
    const client = new TestClient(hub);
    clock.advance(15_001);
    hub.tick();
    expect((await client.ended()).code).toBe(3502);
  });

  test('is told of a shutdown; afterwards nobody is let in', async () => {
    const { client, hub } = await connected();
    hub.close();
    expect(await client.ended()).toEqual({ code: 3001, reason: 'shutdown' });
    expect(() => new TestClient(hub)).toThrow(expect.objectContaining({ code: 'draining' }));
  });

  test('is refused beyond the bound of the process', () => {
    const { hub } = openNode();
    const clients = Array.from({ length: 10 }, () => new TestClient(hub));
    expect(() => new TestClient(hub)).toThrow(expect.objectContaining({ code: 'too_many_streams' }));
    clients[0]!.connection.closed();
    expect(() => new TestClient(hub)).not.toThrow();
  });

  test('that floods the server with commands is ended', async () => {
    const { client } = await connected();
    const line = '{"id":7,"presence":{"channel":"a"}}\n';
    client.connection.receive(line.repeat(1_025));
    expect((await client.ended()).code).toBe(3013);
  });
});

describe('a slow client', () => {
  test('is ended once a megabyte waits for it, whatever it has subscribed to', async () => {
    const { client, general } = await connected(openNode({ queueBytes: 1_000 }));
    await client.ask({ subscribe: { channel: 'a' } });
    client.buffered = 1_001;
    await general.publishFor('default', 'a', { data: 'more' });
    expect(await client.ended()).toEqual({ code: 3008, reason: 'slow' });
  });

  test('that takes its messages in the end gets all of them', async () => {
    const { client, general } = await connected();
    await client.ask({ subscribe: { channel: 'a' } });
    client.buffered = 300_000;
    await general.publishFor('default', 'a', { data: 1 });
    await general.publishFor('default', 'a', { data: 2 });
    await client.ask({ rpc: {} });
    expect(client.published('a')).toEqual([]);
    client.drain();
    await expect.poll(() => client.published('a')).toEqual([1, 2]);
    expect(client.closedWith).toBeUndefined();
  });
});

describe('tokens', () => {
  const nobody = { caller: undefined, callerOf: () => undefined };

  test('name user, tenant and what is told of the user', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub, nobody);
    await client.connect({ token: token({ sub: 'ada', tenant: 'acme', info: { name: 'Ada' } }) });
    await client.ask({ subscribe: { channel: 'a' } });
    const { presence } = await client.ask({ presence: { channel: 'a' } });
    expect(Object.values(presence.presence)).toEqual([
      { user: 'ada', client: expect.any(String), conn_info: { name: 'Ada' } },
    ]);
    expect(client.connection.admitted!.client.caller.tenantId).toBe('acme');
  });

  test.each([
    ['of another key', token({ sub: 'ada' }, { secret: 'another' })],
    ['of another algorithm', token({ sub: 'ada' }, { alg: 'none' })],
    ['that is not valid yet', token({ sub: 'ada', nbf: Date.now() / 1_000 + 1e9 })],
    ['with claims that are none', token({ sub: 7 })],
    ['without signature', `${token({ sub: 'ada' }).split('.').slice(0, 2).join('.')}.`],
    ['that is nothing at all', 'nonsense'],
  ])('%s are refused for good', async (_, bad) => {
    const { hub } = openNode();
    const client = new TestClient(hub, nobody);
    client.connection.receive(JSON.stringify({ id: 1, connect: { token: bad } }));
    expect(await client.ended()).toEqual({ code: 3500, reason: 'invalid token' });
  });

  test('that expired make the client ask for another one', async () => {
    const { hub, clock } = openNode();
    const client = new TestClient(hub, nobody);
    const { error } = await client.connect({ token: token({ exp: clock.now() / 1_000 - 1 }) });
    expect(error).toEqual({ code: 109, message: 'token expired' });
  });

  test('end a connection when nobody renews them, and not when somebody does', async () => {
    const { hub, clock } = openNode();
    const exp = () => clock.now() / 1_000 + 60;
    const [lazy, keen] = [new TestClient(hub, nobody, true), new TestClient(hub, nobody, true)];
    for (const client of [lazy, keen])
      expect((await client.connect({ token: token({ sub: 'u', exp: exp() }) })).connect).toMatchObject({
        expires: true,
        ttl: 60,
      });
    clock.advance(61_000);
    const { refresh } = await keen.ask({ refresh: { token: token({ sub: 'u', exp: exp() }) } });
    expect(refresh).toMatchObject({ client: expect.any(String), expires: true, ttl: 60 });
    hub.tick();
    expect(lazy.closedWith).toBeUndefined();
    clock.advance(25_000);
    hub.tick();
    expect(await lazy.ended()).toEqual({ code: 3005, reason: 'connection expired' });
    expect(keen.closedWith).toBeUndefined();
  });

  test('of somebody else do not renew a connection', async () => {
    const { hub } = openNode();
    const client = new TestClient(hub, nobody);
    await client.connect({ token: token({ sub: 'ada' }) });
    client.connection.receive(JSON.stringify({ id: 2, refresh: { token: token({ sub: 'eve' }) } }));
    expect((await client.ended()).code).toBe(3500);
  });

  test('for a channel open it to their user only, until they expire', async () => {
    const { hub, clock } = openNode();
    const client = new TestClient(hub, nobody, true);
    await client.connect({ token: token({ sub: 'ada' }) });
    const exp = clock.now() / 1_000 + 10;
    const subscribe = (claims?: object) =>
      client.ask({ subscribe: { channel: 'private:x', ...(claims && { token: token(claims) }) } });
    for (const claims of [
      undefined,
      { sub: 'eve', channel: 'private:x' },
      { sub: 'ada', channel: 'private:y' },
      { sub: 'ada', channel: 'private:x', tenant: 'other' },
    ])
      expect((await subscribe(claims)).error.code).toBe(103);
    expect((await subscribe({ sub: 'ada', channel: 'private:x', exp: exp - 20 })).error.code).toBe(109);
    const good = { sub: 'ada', channel: 'private:x', exp, info: { role: 'reader' } };
    expect((await subscribe(good)).subscribe).toMatchObject({ expires: true, ttl: 10 });
    const renewed = { ...good, exp: exp + 10 };
    const { sub_refresh: refreshed } = await client.ask({
      sub_refresh: { channel: 'private:x', token: token(renewed) },
    });
    expect(refreshed).toEqual({ expires: true, ttl: 20 });
    clock.advance(20_000 + 25_001);
    hub.tick();
    const { push } = await client.next((message) => message.push?.unsubscribe);
    expect(push).toEqual({
      channel: 'private:x',
      unsubscribe: { code: 2501, reason: 'subscription expired' },
    });
  });

  test('subscribe their user to channels from the beginning', async () => {
    const { hub, general } = openNode();
    const client = new TestClient(hub, nobody);
    await general.publishFor('default', 'news', { data: 'old' });
    const { connect } = await client.connect({
      token: token({ sub: 'ada', channels: ['news'] }),
      subs: { news: { recover: true, offset: 0, epoch: '' } },
    });
    expect(connect.subs).toEqual({
      news: {
        recoverable: true,
        positioned: true,
        epoch: expect.any(String),
        was_recovering: true,
        recovered: true,
      },
    });
    await general.publishFor('default', 'news', { data: 'new' });
    await expect.poll(() => client.published('news')).toEqual(['old', 'new']);
  });
});

test('a client that only listens is subscribed to what it names', async () => {
  const { hub, general } = openNode();
  const client = new TestClient(hub, VISITOR, true, true);
  const { connect } = await client.connect({ subs: { news: {} } });
  expect(Object.keys(connect.subs)).toEqual(['news']);
  await general.publishFor('default', 'news', { data: 1 });
  await expect.poll(() => client.published('news')).toEqual([1]);
});
