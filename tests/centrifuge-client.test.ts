import { type EventEmitter } from 'node:events';
import { type Centrifuge, type PublicationContext, State, type Subscription } from 'centrifuge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { connect, ENV, SECRET, serverApi, TRANSPORTS, webToken } from './support/centrifuge-client.js';
import { startSystem, type System } from './support/system.js';

const NAMESPACES = JSON.stringify({
  '': { presence: true, publish: true, history_size: 100 },
  small: { history_size: 2 },
});

/** Not among the typed events of the client: it is there for tests. */
const CONNECT_SENT = '__centrifuge_debug:connect_frame_sent';

/** As where a proxy lets none through. */
class Blocked {
  constructor() {
    throw new Error('blocked');
  }
}

/** What the official client does of itself, in haste and after failures, and what it needs of the server for it. */
describe('the official client', () => {
  let system: System;
  let made = 0;
  const url = () => system.gateways[0]!.url;
  const newChannel = (namespace = '') => `${namespace}client-${(made += 1)}`;

  beforeAll(async () => {
    system = await startSystem('embedded', { ...ENV, CENTRIFUGE_NAMESPACES: NAMESPACES });
  });
  afterAll(() => system?.stop());

  async function publish(channel: string, ...all: readonly unknown[]): Promise<void> {
    for (const data of all) await serverApi(url(), 'publish', { channel, data });
  }

  /** Everything that comes from now on. */
  function collect(subscription: Subscription): unknown[] {
    const seen: unknown[] = [];
    subscription.on('publication', ({ data }: PublicationContext) => seen.push(data));
    return seen;
  }

  async function subscribed(client: Centrifuge, channel: string): Promise<Subscription> {
    const subscription = client.newSubscription(channel);
    subscription.subscribe();
    await subscription.ready(5_000);
    return subscription;
  }

  const next = <T>(from: { once(event: string, listener: (context: T) => void): unknown }, event: string) =>
    new Promise<T>((resolve) => from.once(event, resolve));

  test.each(['subscribed', 'publication'] as const)(
    'who leaves a channel in the middle of what was missed gets the rest the next time (at %s)',
    async (event) => {
      const channel = newChannel();
      const subscription = await subscribed(connect(url(), 'websocket'), channel);
      subscription.unsubscribe();
      await publish(channel, 1, 2, 3);
      const seen = collect(subscription);
      subscription.once(event, () => subscription.unsubscribe());
      const left = next(subscription, 'unsubscribed');
      subscription.subscribe();
      await left;
      expect(seen).toEqual(event === 'subscribed' ? [] : [1]);
      subscription.subscribe();
      await eventually(() => expect(seen).toEqual([1, 2, 3]));
    },
  );

  test('a place that is gone is said, and what comes then is heard', async () => {
    const channel = newChannel('small:');
    const subscription = await subscribed(connect(url(), 'websocket'), channel);
    const seen = collect(subscription);
    await publish(channel, 1);
    await eventually(() => expect(seen).toEqual([1]));
    subscription.unsubscribe();
    await publish(channel, 2, 3, 4, 5);
    const again = next<object>(subscription, 'subscribed');
    subscription.subscribe();
    expect(await again).toMatchObject({ wasRecovering: true, recovered: false });
    await publish(channel, 6);
    await eventually(() => expect(seen).toEqual([1, 6]));
  });

  test('who has a state of its own loads it anew when its place is gone, and only then', async () => {
    const channel = newChannel('small:');
    const client = connect(url(), 'websocket');
    let loaded = 0;
    const subscription = client.newSubscription(channel, {
      minResubscribeDelay: 20,
      getState: async () => {
        loaded += 1;
        const { body } = await serverApi(url(), 'history', { channel, limit: 0 });
        return body['result'] as { offset: number; epoch: string };
      },
    });
    subscription.subscribe();
    await subscription.ready(5_000);
    for (const [missed, times] of [
      [2, 1],
      [3, 2],
    ] as const) {
      client.disconnect();
      await publish(channel, ...Array.from({ length: missed }, (_, i) => i));
      client.connect();
      await subscription.ready(5_000);
      expect(loaded).toBe(times);
    }
  });

  test('a state that cannot be loaded is asked for again, until it can', async () => {
    const channel = newChannel();
    await publish(channel, 1, 2);
    const errors: unknown[] = [];
    const client = connect(url(), 'websocket');
    await client.ready(5_000);
    const subscription = client.newSubscription(channel, {
      minResubscribeDelay: 10,
      maxResubscribeDelay: 10,
      getState: () =>
        errors.length < 3 ? Promise.reject(new Error('away')) : Promise.resolve({ offset: 0, epoch: '' }),
    });
    subscription.on('error', ({ error }) => errors.push(error.message));
    const seen = collect(subscription);
    subscription.subscribe();
    await eventually(() => expect(seen).toEqual([1, 2]));
    expect(errors).toHaveLength(3);
  });

  test.each(TRANSPORTS)('tokens that could not be had are asked for again (%s)', async (transport) => {
    const channel = newChannel();
    const asked = { connection: 0, subscription: 0 };
    const tokenAtTheSecond = (what: keyof typeof asked, claims: object) => () => {
      asked[what] += 1;
      return asked[what] === 1
        ? Promise.reject(new Error('away'))
        : Promise.resolve(webToken({ sub: 'ada', ...claims }, SECRET));
    };
    const client = connect(url(), transport, {
      minReconnectDelay: 1,
      getToken: tokenAtTheSecond('connection', {}),
    });
    const subscription = client.newSubscription(channel, {
      minResubscribeDelay: 1,
      getToken: tokenAtTheSecond('subscription', { channel }),
    });
    subscription.subscribe();
    await subscription.ready(5_000);
    expect(asked).toEqual({ connection: 2, subscription: 2 });
    expect(Object.values((await client.presence(channel)).clients)).toEqual([
      expect.objectContaining({ user: 'ada' }),
    ]);
  });

  test.each(['http_stream', 'sse'] as const)('who cannot open a WebSocket falls back to %s', async (by) => {
    const channel = newChannel();
    const client = connect(url(), ['websocket', by], { websocket: Blocked });
    const seen = collect(await subscribed(client, channel));
    await client.publish(channel, { by });
    await eventually(() => expect(seen).toEqual([{ by }]));
  });

  test('a subscription is made again when its socket breaks', async () => {
    const channel = newChannel();
    const sockets: WebSocket[] = [];
    class Watched extends WebSocket {
      constructor(address: string) {
        super(address);
        sockets.push(this);
      }
    }
    const client = connect(url(), 'websocket', { websocket: Watched });
    const subscription = await subscribed(client, channel);
    const seen = collect(subscription);
    const again = next(subscription, 'subscribed');
    sockets[0]!.close();
    await publish(channel, 1);
    await again;
    await publish(channel, 2);
    await eventually(() => expect(seen).toEqual([1, 2]));
    expect(sockets).toHaveLength(2);
  });

  test.each(TRANSPORTS)('coming and going in haste leaves one subscription (%s)', async (transport) => {
    const channel = newChannel();
    const client = connect(url(), transport);
    await client.ready(5_000);
    const subscription = client.newSubscription(channel);
    for (let i = 0; i < 10; i += 1) {
      subscription.subscribe();
      subscription.unsubscribe();
    }
    subscription.subscribe();
    client.disconnect();
    client.connect();
    subscription.unsubscribe();
    subscription.subscribe();
    await subscription.ready(5_000);
    await eventually(async () =>
      expect(await client.presenceStats(channel)).toEqual({ numClients: 1, numUsers: 1 }),
    );
    for (let i = 0; i < 10; i += 1) {
      client.disconnect();
      client.connect();
    }
    await client.ready(5_000);
    expect(client.state).toBe(State.Connected);
    const other = connect(url(), transport);
    await eventually(async () => expect((await other.presenceStats(channel)).numClients).toBe(1));
    subscription.unsubscribe();
    await eventually(async () => expect((await other.presenceStats(channel)).numClients).toBe(0));
  });

  test('leaving between the connect command and its answer is no error', async () => {
    const channel = newChannel();
    const client = connect(url(), 'websocket');
    const subscription = client.newSubscription(channel);
    (client as unknown as EventEmitter).once(CONNECT_SENT, () => subscription.unsubscribe());
    subscription.subscribe();
    await client.ready(5_000);
    await eventually(async () => expect((await client.presenceStats(channel)).numClients).toBe(0));
    subscription.subscribe();
    await subscription.ready(5_000);
    expect((await client.presenceStats(channel)).numClients).toBe(1);
  });

  test.each(TRANSPORTS)('a network that goes and comes is no end (%s)', async (transport) => {
    const channel = newChannel();
    const networkEventTarget = new EventTarget();
    const client = connect(url(), transport, { networkEventTarget });
    const subscription = await subscribed(client, channel);
    const seen = collect(subscription);
    networkEventTarget.dispatchEvent(new Event('offline'));
    expect(client.state).toBe(State.Connecting);
    await publish(channel, 1);
    networkEventTarget.dispatchEvent(new Event('online'));
    await eventually(() => expect(seen).toEqual([1]));
  });

  test.each(TRANSPORTS)(
    'a call that was made before it connected is answered then (%s)',
    async (transport) => {
      const client = connect(url(), transport);
      client.disconnect();
      const called = client.rpc('method', {});
      client.connect();
      await expect(called).rejects.toMatchObject({ code: 108 });
    },
  );
});
