import { afterAll, describe, expect, test } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, startPrivateRedis } from '#testing';
import { PATIENCE_MS, Reach } from './reach.js';

const open: RedisConnections[] = [];
afterAll(() => open.forEach((connections) => connections.close()));

async function setup() {
  const server = await startPrivateRedis();
  const connections = new RedisConnections(server.url, 'p', () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  const losses: unknown[] = [];
  const reach = new Reach(connections, (error) => losses.push(error));
  const ask = () => reach.ask(() => connections.prompt.echo('here'));
  return { server, reach, losses, ask };
}

describe('Reach', () => {
  test('passes answers on', async () => {
    const { server, reach, ask } = await setup();
    expect(await ask()).toBe('here');
    expect([reach.isAway, reach.epoch]).toEqual([false, 0]);
    await server.stop();
  });

  test('waits for a silent Redis once, says so once, and asks again when it is back', async () => {
    const { server, reach, losses, ask } = await setup();
    let renewed = 0;
    reach.onRenewed(() => (renewed += 1));
    process.kill(server.pid, 'SIGSTOP');
    const startedAt = performance.now();
    expect(await Promise.all([ask(), ask()])).toEqual([undefined, undefined]);
    expect(performance.now() - startedAt).toBeGreaterThan(PATIENCE_MS - 10);
    const again = performance.now();
    for (let i = 0; i < 10; i += 1) expect(await ask()).toBeUndefined();
    expect(performance.now() - again).toBeLessThan(PATIENCE_MS / 2);
    expect([reach.isAway, losses.length, renewed]).toEqual([true, 1, 0]);
    process.kill(server.pid, 'SIGCONT');
    await eventually(async () => expect(await ask()).toBe('here'));
    expect([reach.isAway, renewed]).toEqual([false, 1]);
    await server.stop();
  });

  test('a Redis that was away between two questions has a new epoch', async () => {
    const { server, reach, ask } = await setup();
    await ask();
    server.kill();
    await server.restart();
    await eventually(() => expect(reach.epoch).toBe(1));
    expect(reach.isAway).toBe(false);
    await server.stop();
  });
});
