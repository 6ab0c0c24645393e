import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, isRunning } from '#testing';
import { FLAWLESS } from '../../support/checker.js';
import { Load } from '../../support/load.js';
import { LIMIT, openScene, type Scene } from '../../support/scene.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** How long the way is bad. */
const FAULT_MS = 4_000;

/** Nobody who asks the API waits longer than this for an answer, whatever the way does. */
const PATIENCE_MS = 3_000;

/** What happens to the way to a store; answers with what ends it. */
const FAULTS: readonly (readonly [string, (proxy: TcpProxy) => () => void])[] = [
  ['is slow (100 ms)', (proxy) => bad(proxy, { latencyMs: 100 })],
  ['loses one connection for every 20 packets', (proxy) => bad(proxy, { resets: 0.05 })],
  ['is cut twice a second', (proxy) => again(() => proxy.resetAll())],
  ['swallows everything and gives it out later', (proxy) => bad(proxy, { blackHole: true })],
  ['forgets every connection and tells nobody', (proxy) => once(() => proxy.forgetAll())],
  ['closes late', (proxy) => all([bad(proxy, { closeDelayMs: 2_000 }), again(() => proxy.endAll())])],
];

function all(ends: readonly (() => void)[]): () => void {
  return () => ends.forEach((end) => end());
}

function bad(proxy: TcpProxy, weather: Parameters<TcpProxy['weather']>[0]): () => void {
  proxy.weather(weather);
  return () => proxy.weather({});
}

function again(fault: () => void): () => void {
  const timer = setInterval(fault, 500);
  return () => clearInterval(timer);
}

function once(fault: () => void): () => void {
  fault();
  return () => undefined;
}

describe('a fleet on a bad network', () => {
  let scene: Scene;
  const ways = {} as { redis: TcpProxy; postgres: TcpProxy };

  beforeAll(async () => {
    scene = await openScene({
      roles: ['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'],
      env: { QUEUE_LOCK_DURATION: '6s', DATABASE_TIMEOUT: '1s' },
      urls: async (stores) => {
        ways.redis = await TcpProxy.start(stores.redis.port);
        ways.postgres = await TcpProxy.start(stores.postgres.port);
        return {
          REDIS_URL: ways.redis.url(stores.redis.url),
          DATABASE_URL: ways.postgres.url(stores.postgres.url),
        };
      },
    });
    scene.upstream.behave({ reply: 'echo', firstChunkDelayMs: 200 });
  });
  afterAll(async () => {
    await scene?.stop();
    await Promise.all(Object.values(ways).map((way) => way.stop()));
  });
  afterEach(() => Object.values(ways).forEach((way) => way.weather({})));

  describe.each(['redis', 'postgres'] as const)('whose way to %s', (store) => {
    test.each(FAULTS)('%s: answers in time, loses nothing, and serves again', async (name, start) => {
      const { system, checker, client, slots } = scene;
      // The connections that the fault before this one has broken may only now be found out.
      const talks = await eventually(() => scene.talks(4));
      const load = new Load(checker, client, talks, 40, `${store} ${name}`).start();
      onTestFinished(() => load.stop());
      await scene.busy(LIMIT / 2);
      const end = start(ways[store]);
      onTestFinished(end);
      // The fault lasts for so long; nothing waits for it.
      await delay(FAULT_MS);
      end();
      await checker.send(client(), `${store} ${name}, and then`);
      await load.stop();

      expect(load.slowestMs).toBeLessThan(PATIENCE_MS);
      const allowed = store === 'redis' ? [201] : [201, 503];
      expect([...load.statuses.keys()].filter((status) => !allowed.includes(status))).toEqual([]);
      const findings = await checker.settled(60_000);
      expect(findings).toMatchObject(FLAWLESS);
      expect(findings.duplicates).toBeLessThanOrEqual(LIMIT);
      expect(slots.peak).toBeLessThanOrEqual(LIMIT);
      expect(system.members.map(({ process }) => isRunning(process.pid))).not.toContain(false);
    });
  });
});
