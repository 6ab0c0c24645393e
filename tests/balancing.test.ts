import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { BalancedClient } from './support/balanced-client.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const CALLS = 1_500;
const WEIGHTS = [1, 2, 3, 4, 5];
const byWeight = WEIGHTS.map((weight) => weight / 15);
const evenly = [0.2, 0.2, 0.2, 0.2, 0.2];

/** So few calls, ending in whatever order they do, are off by a little more than ten thousand are. */
const TOLERANCE = 0.04;

const QUICK = { firstChunkDelayMs: 20, chunkDelayMs: 2 };
const SLOW = { firstChunkDelayMs: 200, chunkDelayMs: 20 };

let servers: FakeUpstream[];
const clients: BalancedClient[] = [];
beforeEach(async () => {
  servers = await Promise.all(WEIGHTS.map(() => startFakeUpstream()));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  await Promise.all(servers.map((server) => server.close()));
});

function open(weights?: readonly number[]): BalancedClient {
  const client = new BalancedClient(servers, weights);
  clients.push(client);
  return client;
}

describe('five servers', () => {
  test.each([
    ['round_robin', evenly],
    ['weighted_round_robin', byWeight],
    ['weighted_random', byWeight],
    ['least_connections', byWeight],
    ['adaptive_load', byWeight],
    ['ip_hash', byWeight],
    ['priority_based', byWeight],
  ] as const)('get by %s what the theory says', async (strategy, theory) => {
    const client = open(WEIGHTS);
    client.balanceBy(strategy);
    await client.callTimes(CALLS, 30);
    const received = servers.map((server) => server.calls().length / CALLS);
    received.forEach((share, i) => expect(Math.abs(share - theory[i]!)).toBeLessThanOrEqual(TOLERANCE));
    expect(client.shares()).toEqual(received);
  });

  test('of which one becomes ten times as slow: it gets little, and its part again afterwards', async () => {
    const client = open();
    client.balanceBy('adaptive_load');
    for (const server of servers) server.behave(QUICK);
    client.keepCalling(10);
    const last = async (ms: number) => {
      const since = performance.now();
      await eventually(() => expect(performance.now()).toBeGreaterThan(since + ms), {
        timeoutMs: ms + 5_000,
      });
      return client.shares(since).at(-1)!;
    };
    expect(Math.abs((await last(3_000)) - 0.2)).toBeLessThan(0.1);
    servers.at(-1)!.behave(SLOW);
    await last(5_000);
    expect(await last(4_000)).toBeLessThan(0.05);
    servers.at(-1)!.behave(QUICK);
    const recoveredAt = performance.now();
    await eventually(() => expect(client.shares(performance.now() - 1_000).at(-1)).toBeGreaterThan(0.1), {
      timeoutMs: 30_000,
    });
    expect(performance.now() - recoveredAt).toBeLessThan(30_000);
  }, 60_000);

  test('of which one dies: every call is answered by the others, and it is back once it lives', async () => {
    const client = open();
    client.balanceBy('round_robin');
    const [dead] = servers;
    const port = Number(new URL(dead!.url).port);
    await dead!.close();
    await client.callTimes(300, 10);
    expect(client.shares()[0]).toBe(0);
    const first = client.answered.filter(({ tried }) => tried > 0).length;
    expect(first).toBeGreaterThanOrEqual(5);
    expect(first).toBeLessThan(20);
    servers[0] = await startFakeUpstream({ port });
    const since = performance.now();
    await eventually(async () => {
      await client.callTimes(20, 2);
      expect(client.shares(since)[0]).toBeGreaterThan(0.1);
    });
    expect(client.upstreams.pulses()['p']!.endpoints['e1']).toMatchObject({ breaker: 'closed' });
  });
});
