import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { FLAWLESS } from '../support/checker.js';
import { Client, textOf } from '../support/client.js';
import { query } from '../support/faults.js';
import { LIMIT, openScene, type Scene } from '../support/scene.js';
import { type Env, type Member } from '../support/system.js';
import { TcpProxy } from '../support/tcp-proxy.js';

interface State {
  readonly status: string;
  readonly enqueued_at: Date | null;
  readonly replies: number;
}

describe('a process that is killed between its two stores', { timeout: 60_000 }, () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({ roles: ['scheduler', 'queue-manager'] });
  });
  afterAll(() => scene?.stop());
  beforeEach(() => scene.upstream.behave({ reply: 'echo' }));

  async function state(id: string): Promise<State> {
    const [row] = await query<State>(
      scene.system,
      `SELECT CASE WHEN h.id IS NULL THEN m.status ELSE 'pending' END AS status,
              CASE WHEN h.id IS NULL THEN m.enqueued_at END AS enqueued_at,
              (SELECT count(*)::int FROM replies WHERE message_id = $1) AS replies
         FROM messages m LEFT JOIN handovers h ON h.id = m.handover WHERE m.id = $1`,
      [id],
    );
    return row!;
  }

  async function doomedGateway(env: Env = {}): Promise<{ doomed: Member; client: Client }> {
    const doomed = await scene.system.start('api-gateway', env);
    return { doomed, client: new Client(doomed.url) };
  }

  async function expectEachOnce(): Promise<void> {
    const findings = await scene.checker.settled();
    expect(findings).toMatchObject({ ...FLAWLESS, duplicates: 0 });
    expect(scene.slots.peak).toBeLessThanOrEqual(LIMIT);
  }

  test('after the commit and before the schedule: every accepted message runs, once', async () => {
    const { stores, system, checker } = scene;
    const { doomed, client } = await doomedGateway();
    const { id: conversation } = (await client.post('/api/v1/conversations', { user_id: 'u' })).body;
    const thaw = await stores.take(stores.redis, 'frozen');
    onTestFinished(thaw);
    const contents = Array.from({ length: 10 }, (_, n) => `never enqueued ${n}`);
    const ids = await Promise.all(
      contents.map((content, n) =>
        checker.send(client, content, n < 5 ? {} : { conversation_id: conversation }),
      ),
    );
    await system.kill(doomed);
    for (const id of ids)
      expect(await state(id)).toEqual({ status: 'pending', enqueued_at: null, replies: 0 });
    await thaw();
    await expectEachOnce();
  });

  test('in the schedule and before the ledger knows: nothing runs twice', async () => {
    const { stores, system, checker, upstream } = scene;
    const proxy = await TcpProxy.start(stores.postgres.port);
    onTestFinished(() => proxy.stop());
    const { doomed, client } = await doomedGateway({ DATABASE_URL: proxy.url(stores.postgres.url) });
    const redis = new Redis(stores.redis.url);
    onTestFinished(() => redis.disconnect());
    // All slots are taken, so that what is enqueued stays where it is.
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 6_000 });
    await Promise.all(Array.from({ length: LIMIT }, (_, n) => checker.send(client, `in the way ${n}`)));
    await scene.busy(LIMIT);
    upstream.behave({ reply: 'echo' });
    // Nobody else shall write it down first.
    const [scheduler] = system.of('scheduler') as [Member];
    scheduler.process.kill('SIGSTOP');
    onTestFinished(() => scheduler.process.kill('SIGCONT'));
    proxy.weather({ latencyMs: 300 });
    const id = await checker.send(client, 'enqueued, and nobody wrote it down');
    await eventually(async () => expect((await redis.keys(`*${id}`)).length).toBeGreaterThan(0));
    proxy.forgetAll();
    await system.kill(doomed);
    expect(await state(id)).toEqual({ status: 'pending', enqueued_at: null, replies: 0 });
    // The reconciler puts it in again, which changes nothing.
    scheduler.process.kill('SIGCONT');
    await eventually(async () => expect((await state(id)).enqueued_at).not.toBeNull());
    await expectEachOnce();
  });

  test('after the reply is stored and before the job is settled: no second call, and the next turn runs', async () => {
    const { stores, system, checker, upstream } = scene;
    const { client } = await doomedGateway();
    const [doomed] = system.workers as [Member];
    const { id: conversation } = (await client.post('/api/v1/conversations', { user_id: 'u' })).body;
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 1_500 });
    const contents = Array.from({ length: 4 }, (_, n) => `stored and not settled ${n}`);
    const ids = await Promise.all(contents.map((content) => checker.send(client, content)));
    const turn = await checker.send(client, 'first turn', { conversation_id: conversation });
    const next = await checker.send(client, 'second turn', { conversation_id: conversation });
    await scene.busy(5);
    const thaw = await stores.take(stores.redis, 'frozen');
    onTestFinished(thaw);
    await eventually(async () => {
      for (const id of [...ids, turn])
        expect(await state(id)).toMatchObject({ status: 'completed', replies: 1 });
    });
    await system.kill(doomed);
    expect((await state(next)).status).toBe('pending');
    await thaw();
    await system.start('queue-manager');
    await expectEachOnce();
    // Its job is settled by the heir, not run again.
    const redis = new Redis(stores.redis.url);
    onTestFinished(() => redis.disconnect());
    await eventually(async () => expect(await redis.keys('*:openai-*:active')).toEqual([]), {
      timeoutMs: 20_000,
    });
    const events = await client.events(turn);
    expect(events.filter(({ event }) => event === 'end')).toHaveLength(1);
    expect(textOf(events)).toBe('first turn');
  });
});
