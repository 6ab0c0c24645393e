import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from '../support/client.js';
import { allEnded, callsFor, running } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { createSystem, type Env, type Member, type System } from '../support/system.js';
import { startFakeUpstream } from '../upstream/fake-upstream.js';

async function setup(topology: 'embedded' | 'shared', env: Env = {}) {
  const upstream = await startFakeUpstream();
  onTestFinished(() => upstream.close());
  const system = await createSystem(topology, { ...openAiEnv(upstream), ...env });
  onTestFinished(() => system.stop());
  return { upstream, system };
}

/** The client's own pace; nothing waits for it. */
const PACE_MS = 15;

/** Posts one message after the other until told to stop; answers with what was accepted. */
async function postUntil(stopped: () => boolean, server: () => Member): Promise<Map<string, string>> {
  const accepted = new Map<string, string>();
  for (let n = 1; !stopped(); n += 1) {
    const content = `posted ${n}`;
    try {
      accepted.set(await new Client(server().url).send(content), content);
    } catch {
      // Nobody listens, or nobody answered: then nothing was promised.
    }
    await delay(PACE_MS);
  }
  return accepted;
}

async function killAndRestart(system: System, server: Member): Promise<Member> {
  await system.kill(server);
  return system.start('server');
}

describe.each(['embedded', 'shared'] as const)('a server that is killed (%s)', (topology) => {
  test('completes after its restart what it had accepted, whether it ran, waited or was on its way', async () => {
    const { upstream, system } = await setup(topology, { OPENAI_MAX_CONCURRENCY: '2' });
    upstream.behave({ hangAfterChunks: 1 });
    let server = await system.start('server');
    const before = new Client(server.url);
    const contents = Array.from({ length: 20 }, (_, n) => `kept ${n}`);
    const ids = await Promise.all(contents.map((content) => before.send(content)));
    await running([server], 2);
    // Accepted in the very moment of the kill: its enqueueing is still to come.
    ids.push(await before.send('kept 20'));
    upstream.behave({});
    server = await killAndRestart(system, server);

    const messages = await allEnded(() => new Client(server.url), ids);
    expect(messages.map(({ status, reply }) => [status, reply?.content])).toEqual(
      [...contents, 'kept 20'].map((content) => ['completed', content]),
    );
    const calls = contents.map((content) => callsFor(upstream, content).length);
    expect(calls.filter((n) => n === 2)).toHaveLength(2);
    expect(calls.filter((n) => n === 1)).toHaveLength(18);
  });

  test(
    'three times while a client posts: every accepted message is completed',
    { timeout: 60_000 },
    async () => {
      const { upstream, system } = await setup(topology, { QUEUE_MAX_WORKER_LOSSES: '10' });
      upstream.behave({ firstChunkDelayMs: 50 });
      let server = await system.start('server');
      let stopped = false;
      const posting = postUntil(
        () => stopped,
        () => server,
      );
      for (let kills = 0; kills < 3; kills += 1) {
        const calls = upstream.calls().length;
        await eventually(() => expect(upstream.calls().length).toBeGreaterThan(calls + 20), {
          timeoutMs: 30_000,
        });
        server = await killAndRestart(system, server);
      }
      stopped = true;
      const accepted = await posting;
      const messages = await allEnded(() => new Client(server.url), [...accepted.keys()]);
      expect(messages.map(({ id, status, reply }) => [id, status, reply?.content])).toEqual(
        [...accepted].map(([id, content]) => [id, 'completed', content]),
      );
    },
  );
});
