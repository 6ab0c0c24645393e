import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { FLAWLESS } from '../../support/checker.js';
import { query } from '../../support/faults.js';
import { Load } from '../../support/load.js';
import { LIMIT, openScene, type Scene } from '../../support/scene.js';
import { type Member } from '../../support/system.js';

const SILENCE_MS = 2_000;

/** So long that a takeover which waits for a lock is seen. */
const LOCK_MS = 60_000;

const ENV = {
  QUEUE_HEARTBEAT: '200ms',
  QUEUE_HEARTBEAT_TIMEOUT: `${SILENCE_MS}ms`,
  QUEUE_LOCK_DURATION: `${LOCK_MS}ms`,
};

interface Running {
  readonly id: string;
  readonly content: string;
  readonly worker_id: string;
}

describe('a worker that does nothing for longer than its heartbeat may be late', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({ roles: ['api-gateway', 'scheduler', 'queue-manager'], env: ENV });
  });
  afterAll(() => scene?.stop());

  const runningOn = (workerId?: string) =>
    query<Running>(
      scene.system,
      `SELECT id, content, worker_id FROM messages
        WHERE status = 'processing' AND worker_id = coalesce($1, worker_id)`,
      [workerId],
    );

  /** What a late result could change. */
  const stored = (ids: readonly string[]) =>
    query(
      scene.system,
      `SELECT m.id, m.status, m.attempt, m.worker_id, m.completed_at, r.created_at, r.content
         FROM messages m JOIN replies r ON r.message_id = m.id WHERE m.id = ANY($1) ORDER BY m.id`,
      [ids],
    );

  const callsOf = (content: string) =>
    scene.upstream.calls().filter(({ messages }) => messages.at(-1)?.text === content);

  /** Every message that the silent worker runs is asked again by another, long before its lock is over. */
  async function expectTakeover(taken: readonly Running[], silentSince: number): Promise<void> {
    await eventually(
      () => {
        for (const { content } of taken) expect(callsOf(content).length, content).toBe(2);
      },
      { timeoutMs: LOCK_MS / 2 },
    );
    expect(performance.now() - silentSince).toBeGreaterThan(SILENCE_MS - 500);
    expect(performance.now() - silentSince).toBeLessThan(LOCK_MS / 2);
  }

  test('frozen: others take over, its slots are free, and what it says when it goes on is refused', async () => {
    const { system, upstream, checker, slots } = scene;
    const frozen: Member = system.workers[0]!;
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 1_500 });
    const load = new Load(checker, scene.client, await scene.talks(3), 150, 'frozen').start();
    onTestFinished(() => load.stop());
    await scene.busy(LIMIT);
    const other = await system.start('queue-manager');
    await scene.busy(LIMIT);
    frozen.process.kill('SIGSTOP');
    onTestFinished(() => frozen.process.kill('SIGCONT'));
    const since = performance.now();
    const [{ worker_id: id }] = (await query<Running>(
      system,
      `SELECT worker_id FROM messages WHERE worker_id IS NOT NULL ORDER BY started_at LIMIT 1`,
    )) as [Running];
    const taken = await runningOn(id);
    expect(taken.length).toBeGreaterThan(0);
    expect((await slots.holders()).get(id)).toBeGreaterThan(0);

    await expectTakeover(taken, since);
    expect(await runningOn(id)).toEqual([]);
    expect((await slots.holders()).get(id)).toBeUndefined();
    const ids = taken.map((message) => message.id);
    const before = await eventually(async () => {
      const rows = await stored(ids);
      expect(rows).toHaveLength(ids.length);
      return rows;
    });
    const beats = () =>
      query<{ beats: number }>(system, 'SELECT beats FROM worker_processes WHERE id = $1', [id]);
    expect(await beats()).toEqual([]);

    frozen.process.kill('SIGCONT');
    // It is alive again and has its say.
    await eventually(async () => expect(Number((await beats())[0]?.beats)).toBeGreaterThan(3));
    await load.stop();
    const findings = await checker.settled();
    expect(findings).toMatchObject(FLAWLESS);
    expect(findings.duplicates).toBe(taken.length);
    expect(await stored(ids)).toEqual(before);
    expect(slots.peak).toBeLessThanOrEqual(LIMIT);
    expect(slots.peak).toBe(LIMIT);
    // Refused by the fence of the attempt, not by chance: nothing broke.
    expect(frozen.log).not.toContain('"level":"error"');
    await system.kill(other);
  });

  test('blocked by its own code: the same', async () => {
    const { system, upstream, checker, slots } = scene;
    const blocked: Member = system.workers[0]!;
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 3_000 });
    const client = scene.client();
    await Promise.all(Array.from({ length: 4 }, (_, n) => checker.send(client, `beside it ${n}`)));
    await scene.busy(4);
    const taken = await runningOn();
    expect(taken.map(({ content }) => content).toSorted()).toEqual([0, 1, 2, 3].map((n) => `beside it ${n}`));
    const since = performance.now();
    const simulate = { block_ms: 20_000 };
    const blocker = await client.send('blocks', { provider: 'simulator', metadata: { simulate } });
    await eventually(async () => {
      const health = fetch(`${blocked.url}/health`, { signal: AbortSignal.timeout(500) });
      await expect(health).rejects.toThrow();
    });
    const other = await system.start('queue-manager', { SIMULATOR_FAULTS: 'false' });
    await expectTakeover(taken, since);
    expect((await slots.holders()).get(taken[0]!.worker_id)).toBeUndefined();
    const { status, retry_count } = await client.ended(blocker, 30_000);
    expect({ status, retry_count }).toEqual({ status: 'completed', retry_count: 0 });
    const ids = [...taken.map((message) => message.id), blocker];
    const before = await eventually(async () => {
      const rows = await stored(ids);
      expect(rows).toHaveLength(ids.length);
      return rows;
    });
    // Free again, it answers, and its results are late.
    await eventually(async () => expect((await fetch(`${blocked.url}/health`)).status).toBe(200), {
      timeoutMs: 30_000,
    });
    await eventually(async () => expect((await runningOn()).length).toBe(0));
    expect(await stored(ids)).toEqual(before);
    expect(await checker.settled()).toMatchObject(FLAWLESS);
    expect(slots.peak).toBeLessThanOrEqual(LIMIT);
    await system.kill(other);
  });
});
