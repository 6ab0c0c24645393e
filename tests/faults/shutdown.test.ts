import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from '../support/client.js';
import { allEnded, callsFor, running, timed } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { createSystem, type Env, type Role, type Topology } from '../support/system.js';
import { startFakeUpstream } from '../upstream/fake-upstream.js';

/** How long each call of these tests takes. */
const CALL_MS = 2_000;

async function setup(topology: Topology, roles: readonly Role[], env: Env = {}, firstChunkDelayMs = CALL_MS) {
  const upstream = await startFakeUpstream({ behaviours: [{ firstChunkDelayMs }] });
  onTestFinished(() => upstream.close());
  const system = await createSystem(topology, { ...openAiEnv(upstream), ...env });
  onTestFinished(() => system.stop());
  await Promise.all(roles.map((role) => system.start(role)));
  const contents = Array.from({ length: 20 }, (_, n) => `running ${n}`);
  const client = new Client(system.gateways[0]!.url);
  const ids = await Promise.all(contents.map((content) => client.send(content)));
  const counts = await running(system.workers, 20);
  await eventually(() => expect(upstream.calls()).toHaveLength(20));
  const callCounts = () => contents.map((content) => callsFor(upstream, content).length);
  return { upstream, system, client, contents, ids, counts, callCounts };
}

const FLEET = ['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'] as const;
const once = Array.from({ length: 20 }, () => 1);

describe('a worker that is told to end', () => {
  test('first ends what it runs; nothing is lost and nothing runs twice', async () => {
    const { system, client, contents, ids, counts, callCounts } = await setup('fleet', FLEET);
    const leaving = system.workers[counts[0]! > counts[1]! ? 0 : 1]!;
    const { value: code, ms } = await timed(() => system.terminate(leaving));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(CALL_MS + 2_000);
    const messages = await allEnded(() => client, ids);
    expect(messages.map(({ status, reply }) => [status, reply?.content])).toEqual(
      contents.map((content) => ['completed', content]),
    );
    expect(callCounts()).toEqual(once);
  });

  test('hands back what takes longer than its drain time, and that is no failed attempt', async () => {
    const { upstream, system, client, contents, ids, counts, callCounts } = await setup('fleet', FLEET, {
      WORKER_DRAIN_TIMEOUT: '200ms',
    });
    const leaver = counts[0]! > counts[1]! ? 0 : 1;
    upstream.behave({});
    const { value: code, ms } = await timed(() => system.terminate(system.workers[leaver]!));
    expect(code).toBe(0);
    expect(ms).toBeLessThan(CALL_MS);
    const messages = await allEnded(() => client, ids);
    expect(messages.map(({ status, retry_count, reply }) => [status, retry_count, reply?.content])).toEqual(
      contents.map((content) => ['completed', 0, content]),
    );
    expect(callCounts().filter((n) => n === 2)).toHaveLength(counts[leaver]!);
    expect(callCounts().filter((n) => n === 1)).toHaveLength(20 - counts[leaver]!);
  });
});

describe.each(['embedded', 'shared'] as const)('a server that is told to end (%s)', (topology) => {
  test('says that it is not ready, ends what it runs, and leaves nothing behind', async () => {
    const { system, ids, contents, callCounts } = await setup(topology, ['server'], {
      HTTP_DRAIN_DELAY: '500ms',
    });
    const [server] = system.gateways;
    expect((await fetch(`${server!.url}/ready`)).status).toBe(200);
    const ended = timed(() => system.terminate(server!));
    await eventually(async () => {
      const ready = await fetch(`${server!.url}/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ draining: true });
    });
    expect((await fetch(`${server!.url}/health`)).status).toBe(200);
    const { value: code, ms } = await ended;
    expect(code).toBe(0);
    expect(ms).toBeLessThan(CALL_MS + 2_500);

    const next = await system.start('server');
    const messages = await allEnded(() => new Client(next.url), ids);
    expect(messages.map(({ status, reply }) => [status, reply?.content])).toEqual(
      contents.map((content) => ['completed', content]),
    );
    expect(callCounts()).toEqual(once);
  });

  test('hands back what takes longer than its drain time, and its successor runs it', async () => {
    // Longer than any machine needs to get all of them running.
    const callMs = 30_000;
    const { upstream, system, ids, contents, callCounts } = await setup(
      topology,
      ['server'],
      { WORKER_DRAIN_TIMEOUT: '0s' },
      callMs,
    );
    upstream.behave({});
    expect(await system.terminate(system.gateways[0]!)).toBe(0);
    const next = await system.start('server');
    const { value: messages, ms } = await timed(() => allEnded(() => new Client(next.url), ids));
    expect(messages.map(({ status, retry_count, reply }) => [status, retry_count, reply?.content])).toEqual(
      contents.map((content) => ['completed', 0, content]),
    );
    // Handed back in order, it waits for no lock to run out.
    expect(ms).toBeLessThan(2_000);
    expect(callCounts()).toEqual(contents.map(() => 2));
  });
});
