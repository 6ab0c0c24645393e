import { describe, expect, test } from 'vitest';
import { openNode, TestClient, token } from '../test-client.conformance.js';

async function setup() {
  const node = openNode();
  const join = async (claims?: object) => {
    const client = new TestClient(node.hub);
    await client.connect(claims ? { token: token(claims) } : {});
    return client;
  };
  return { ...node, join, client: await join() };
}

describe('a channel', () => {
  test('carries what one client publishes to all that have subscribed', async () => {
    const { client, join } = await setup();
    const other = await join();
    await client.ask({ subscribe: { channel: 'a' } });
    await other.ask({ subscribe: { channel: 'a' } });
    expect(await other.ask({ publish: { channel: 'a', data: { deep: ['ü', 1.5, null] } } })).toEqual({
      id: expect.any(Number),
      publish: {},
    });
    const { push } = await client.next((message) => message.push);
    expect(push).toEqual({
      channel: 'a',
      pub: {
        data: { deep: ['ü', 1.5, null] },
        offset: 1,
        info: { user: 'anonymous', client: other.connection.admitted!.client.id },
      },
    });
    await expect.poll(() => other.published('a')).toEqual([{ deep: ['ü', 1.5, null] }]);
  });

  test('is silent for who has left it, and can be entered again', async () => {
    const { client, general } = await setup();
    await client.ask({ subscribe: { channel: 'a' } });
    expect((await client.ask({ subscribe: { channel: 'a' } })).error).toEqual({
      code: 105,
      message: 'already subscribed',
    });
    expect((await client.ask({ unsubscribe: { channel: 'a' } })).unsubscribe).toEqual({});
    await general.publishFor('default', 'a', { data: 'unheard' });
    await client.ask({ subscribe: { channel: 'a' } });
    await general.publishFor('default', 'a', { data: 'heard' });
    await expect.poll(() => client.published('a')).toEqual(['heard']);
  });

  test('knows who is there', async () => {
    const { client, join } = await setup();
    const [ada, again] = [await join({ sub: 'ada' }), await join({ sub: 'ada' })];
    for (const each of [client, ada, again]) await each.ask({ subscribe: { channel: 'a' } });
    const stats = async () => (await client.ask({ presence_stats: { channel: 'a' } })).presence_stats;
    expect(await stats()).toEqual({ num_clients: 3, num_users: 2 });
    await ada.ask({ unsubscribe: { channel: 'a' } });
    expect(await stats()).toEqual({ num_clients: 2, num_users: 2 });
    again.connection.closed();
    expect(await stats()).toEqual({ num_clients: 1, num_users: 1 });
    expect((await client.ask({ presence_stats: { channel: 'b' } })).presence_stats).toEqual({
      num_clients: 0,
      num_users: 0,
    });
  });

  test('gives back its history, from either end', async () => {
    const { client, general } = await setup();
    for (let i = 1; i <= 5; i += 1) await general.publishFor('default', 'a', { data: i });
    const ask = async (request: object) => {
      const { history } = await client.ask({ history: { channel: 'a', ...request } });
      return { ...history, publications: history.publications.map(({ data }: { data: number }) => data) };
    };
    const { epoch } = await ask({});
    expect(await ask({})).toEqual({ offset: 5, epoch, publications: [] });
    expect((await ask({ limit: -1 })).publications).toEqual([1, 2, 3, 4, 5]);
    expect((await ask({ limit: 2 })).publications).toEqual([1, 2]);
    expect((await ask({ limit: 2, reverse: true })).publications).toEqual([5, 4]);
    expect((await ask({ limit: 9, since: { offset: 3, epoch } })).publications).toEqual([4, 5]);
    const { error } = await client.ask({
      history: { channel: 'a', limit: 1, since: { offset: 3, epoch: 'another' } },
    });
    expect(error.code).toBe(112);
  });

  test('gives who was away what was missed, all of it or none', async () => {
    const { client, general } = await setup();
    const publish = (data: number) => general.publishFor('default', 'small:a', { data });
    const { epoch } = await publish(1);
    const recover = async (offset: number, extra: object = {}) => {
      const answer = await client.ask({
        subscribe: { channel: 'small:a', recover: true, offset, epoch, ...extra },
      });
      await client.ask({ unsubscribe: { channel: 'small:a' } });
      return answer.subscribe ?? answer.error;
    };
    await publish(2);
    await publish(3);
    expect(await recover(1)).toEqual({
      recoverable: true,
      positioned: true,
      epoch,
      offset: 1,
      was_recovering: true,
      recovered: true,
      publications: [
        { data: 2, offset: 2 },
        { data: 3, offset: 3 },
      ],
    });
    expect(await recover(3)).toEqual({
      recoverable: true,
      positioned: true,
      epoch,
      offset: 3,
      was_recovering: true,
      recovered: true,
    });
    const lost = { recoverable: true, positioned: true, epoch, offset: 3, was_recovering: true };
    for (const [offset, extra] of [
      [0, {}],
      [4, {}],
      [1, { epoch: 'another' }],
    ] as const)
      expect(await recover(offset, extra)).toEqual(lost);
    expect(await recover(0, { flag: 2 })).toMatchObject({ code: 112 });
    expect((await recover(1, { epoch: '' })).recovered).toBe(true);
  });

  test('forgets its publications in time, and not that there were any', async () => {
    const { client, general, clock } = await setup();
    const { epoch } = await general.publishFor('default', 'a', { data: 1 });
    clock.advance(300_001);
    const { history } = await client.ask({ history: { channel: 'a', limit: -1 } });
    expect(history).toEqual({ offset: 1, epoch, publications: [] });
    expect(await general.publishFor('default', 'a', { data: 2 })).toEqual({ offset: 2, epoch });
  });

  test('without history has neither numbers nor presence', async () => {
    const { client, general } = await setup();
    expect((await client.ask({ subscribe: { channel: 'plain:a' } })).subscribe).toEqual({});
    await general.publishFor('default', 'plain:a', { data: 1 });
    const { push } = await client.next((message) => message.push);
    expect(push.pub).toEqual({ data: 1 });
    for (const command of ['presence', 'presence_stats', 'history'])
      expect((await client.ask({ [command]: { channel: 'plain:a' } })).error.code).toBe(108);
  });

  test('is of one tenant, whatever it is called', async () => {
    const { join } = await setup();
    const [mine, theirs] = [
      await join({ sub: 'u', tenant: 'mine' }),
      await join({ sub: 'u', tenant: 'theirs' }),
    ];
    for (const each of [mine, theirs]) await each.ask({ subscribe: { channel: 'a' } });
    await theirs.ask({ publish: { channel: 'a', data: 'secret' } });
    await expect.poll(() => theirs.published('a')).toEqual(['secret']);
    await mine.ask({ publish: { channel: 'a', data: 'mine' } });
    await expect.poll(() => mine.published('a')).toEqual(['mine']);
    const { history } = await mine.ask({ history: { channel: 'a', limit: -1 } });
    expect(history.publications).toHaveLength(1);
    expect((await mine.ask({ presence_stats: { channel: 'a' } })).presence_stats.num_clients).toBe(1);
  });
});

describe('what a client may not', () => {
  test.each([
    ['a channel of no namespace', { subscribe: { channel: 'unknown:a' } }, 102],
    ['publishing where only the server may', { publish: { channel: 'quiet:a', data: 1 } }, 103],
    ['a private channel without a token', { subscribe: { channel: 'private:a' } }, 103],
    ['publishing nothing', { publish: { channel: 'a' } }, 107],
    ['a call of a procedure that is not there', { rpc: { method: 'no.such', data: {} } }, 104],
    ['a call of what is no name of a procedure', { rpc: { method: 'm', data: {} } }, 108],
  ])('%s', async (_, command, code) => {
    const { client } = await setup();
    expect((await client.ask(command)).error.code).toBe(code);
    expect(client.closedWith).toBeUndefined();
  });

  test('more than 128 channels', async () => {
    const { client } = await setup();
    for (let i = 0; i < 128; i += 1) await client.ask({ subscribe: { channel: `plain:${i}` } });
    expect((await client.ask({ subscribe: { channel: 'plain:x' } })).error).toMatchObject({ code: 106 });
  });

  test('publishing more than a hundred at once', async () => {
    const { client, clock } = await setup();
    const publish = async () => (await client.ask({ publish: { channel: 'plain:a', data: 1 } })).error?.code;
    for (let i = 0; i < 100; i += 1) expect(await publish()).toBeUndefined();
    expect(await publish()).toBe(111);
    clock.advance(10);
    expect(await publish()).toBeUndefined();
  });

  test('with a key that may only read', async () => {
    const { hub } = openNode();
    const caller = { tenantId: 'default', keyName: 'reader', scopes: ['read'] as const };
    const client = new TestClient(hub, { caller, callerOf: () => undefined });
    await client.connect();
    expect((await client.ask({ publish: { channel: 'a', data: 1 } })).error.code).toBe(103);
  });
});
