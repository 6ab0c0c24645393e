import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { allEnded } from './support/faults.js';
import { NarrowDoor } from './support/narrow-door.js';
import { openAiEnv } from './support/openai-env.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

/** What the provider is configured for, and what its upstream really bears. */
const CONFIGURED = 40;
const BEARS = 8;
const MESSAGES = 250;

interface Decision {
  readonly lane: string;
  readonly reason: string;
}

describe.each(['fleet'] as const)('an upstream that bears less than is configured (%s)', (topology) => {
  let upstream: FakeUpstream;
  let door: NarrowDoor;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ behaviours: [{ firstChunkDelayMs: 400 }] });
    door = new NarrowDoor(upstream.url, BEARS);
    system = await startSystem(topology, {
      ...openAiEnv({ ...upstream, url: await door.open() }),
      OPENAI_MAX_CONCURRENCY: String(CONFIGURED),
      SCHEDULER_STANDBY_SLOTS: String(CONFIGURED),
    });
    client = new Client(system.gateways.at(-1)!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await door?.close();
    await upstream?.close();
  });

  const show = async () => (await client.get('/api/v1/scheduler')).body;

  test('is found out: few calls are turned away in the end, all are served, and the reason is told', async () => {
    const ids = await Promise.all(Array.from({ length: MESSAGES }, (_, n) => client.send(`message ${n}`)));
    await eventually(
      async () => {
        const { slots, ceiling } = (await show()).lanes.openai;
        expect(slots).toBeLessThanOrEqual(BEARS + 2);
        expect(ceiling).toBeGreaterThanOrEqual(BEARS / 2);
      },
      { timeoutMs: 20_000 },
    );
    const { served, turnedAway } = door;
    const ended = await allEnded(() => client, ids, 60_000);
    expect(ended.every(({ status, retry_count }) => status === 'completed' && retry_count === 0)).toBe(true);
    expect(door.mostInside).toBe(BEARS);
    expect(door.served).toBe(MESSAGES);
    expect(door.turnedAway - turnedAway).toBeLessThan(0.15 * (door.served - served));
    const decisions = (await show()).decisions as Decision[];
    expect(decisions).toContainEqual(expect.objectContaining({ lane: 'openai', reason: 'turned_away' }));
  }, 90_000);
});
