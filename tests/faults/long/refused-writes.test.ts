import { Redis } from 'ioredis';
import { Client as PostgresClient } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, isRunning } from '#testing';
import { FLAWLESS } from '../../support/checker.js';
import { metric, mostAtOnce, query } from '../../support/faults.js';
import { Load } from '../../support/load.js';
import { type UpstreamCall } from '../../upstream/call-log.js';
import { LIMIT, openScene, type Scene } from '../../support/scene.js';

/** Nobody who asks the API waits longer than this for an answer, whatever the stores do. */
const PATIENCE_MS = 3_000;

describe('a fleet whose stores are there and refuse', () => {
  let scene: Scene;
  let redis: Redis;

  beforeAll(async () => {
    scene = await openScene({
      roles: ['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'],
      env: { DATABASE_TIMEOUT: '1s', QUEUE_LOCK_DURATION: '6s' },
    });
    redis = new Redis(scene.stores.redis.url, { retryStrategy: () => 100 });
    redis.on('error', () => undefined);
    scene.upstream.behave({ reply: 'echo', firstChunkDelayMs: 200 });
  });
  afterAll(async () => {
    redis?.disconnect();
    await scene?.stop();
  });

  async function startLoad(name: string): Promise<Load> {
    const load = new Load(scene.checker, scene.client, await scene.talks(4), 40, name).start();
    onTestFinished(() => load.stop());
    await scene.busy(LIMIT / 2);
    return load;
  }

  /** Until so many more were answered with each of these. */
  const answered = (load: Load, status: number, count: number) => {
    const before = load.statuses.get(status) ?? 0;
    return eventually(() => expect((load.statuses.get(status) ?? 0) - before).toBeGreaterThanOrEqual(count), {
      timeoutMs: 20_000,
    });
  };

  async function expectRecovery(load: Load, allowed: readonly number[], mostDuplicates = 0): Promise<void> {
    await answered(load, 201, 20);
    await load.stop();
    expect(load.slowestMs).toBeLessThan(PATIENCE_MS);
    expect([...load.statuses.keys()].filter((status) => !allowed.includes(status))).toEqual([]);
    const findings = await scene.checker.settled(60_000);
    expect(findings).toMatchObject(FLAWLESS);
    expect(findings.duplicates).toBeLessThanOrEqual(mostDuplicates);
    expect(scene.slots.peak).toBeLessThanOrEqual(LIMIT);
    expect(scene.system.members.map(({ process }) => isRunning(process.pid))).not.toContain(false);
  }

  async function admin(text: string): Promise<void> {
    const client = new PostgresClient({ connectionString: scene.stores.postgres.url });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  /** A session that has begun a transaction and does nothing more; answers with what ends it. */
  async function idleInTransaction(text: string): Promise<() => Promise<void>> {
    const client = new PostgresClient({ connectionString: scene.stores.postgres.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(text);
    let ended: Promise<void> | undefined;
    return () => (ended ??= client.end());
  }

  test('Redis takes no writes (NOREPLICAS): what is accepted waits in the ledger, and runs later', async () => {
    const load = await startLoad('no replicas');
    await redis.config('SET', 'min-replicas-to-write', '1');
    onTestFinished(() => void redis.config('SET', 'min-replicas-to-write', '0'));
    const [gateway] = scene.system.gateways;
    const before = await metric(gateway!, 'llmq_relay_overflow_total');
    await answered(load, 201, 60);
    expect(await metric(gateway!, 'llmq_relay_overflow_total')).toBeGreaterThan(before);
    const [row] = await query<{ n: number }>(
      scene.system,
      `SELECT count(*)::int AS n FROM messages
        WHERE (status = 'pending' AND enqueued_at IS NULL) OR handover IN (SELECT id FROM handovers)`,
    );
    expect(row!.n).toBeGreaterThan(10);
    await redis.config('SET', 'min-replicas-to-write', '0');
    await expectRecovery(load, [201]);
  });

  test('Redis is full (OOM): what is accepted waits in the ledger, a metric tells, and it runs later', async () => {
    const load = await startLoad('out of memory');
    await redis.config('SET', 'maxmemory', '1mb');
    onTestFinished(() => void redis.config('SET', 'maxmemory', '0'));
    const [gateway] = scene.system.gateways;
    const before = await metric(gateway!, 'llmq_relay_overflow_total');
    await answered(load, 201, 60);
    expect(await metric(gateway!, 'llmq_relay_overflow_total')).toBeGreaterThan(before);
    await redis.config('SET', 'maxmemory', '0');
    await expectRecovery(load, [201]);
  });

  test('Redis is emptied while everything runs: what waits is back within 30 s, each once', async () => {
    const { checker, upstream } = scene;
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 1_000 });
    onTestFinished(() => upstream.behave({ reply: 'echo', firstChunkDelayMs: 200 }));
    const client = scene.client();
    const [talk] = await scene.talks(1);
    await Promise.all(Array.from({ length: 40 }, (_, n) => checker.send(client, `emptied ${n}`)));
    for (const n of [1, 2, 3]) await checker.send(client, `emptied turn ${n}`, { conversation_id: talk });
    await scene.busy(LIMIT);
    await redis.flushall();
    const findings = await checker.settled(30_000);
    expect(findings).toMatchObject({ ...FLAWLESS, duplicates: 0 });
    const isMine = ({ body }: UpstreamCall) => JSON.stringify(body).includes('emptied');
    // The leases of what ran were forgotten as well: whether they were granted twice only the upstream can tell.
    expect(mostAtOnce(upstream.calls().filter(isMine))).toBe(LIMIT);
  });

  test('Postgres is read-only: nothing is accepted, nobody hangs, and replies wait until they can be stored', async () => {
    const load = await startLoad('read-only');
    await admin('ALTER SYSTEM SET default_transaction_read_only = on');
    await admin('SELECT pg_reload_conf()');
    const back = async () => {
      await admin('ALTER SYSTEM RESET default_transaction_read_only');
      await admin('SELECT pg_reload_conf()');
    };
    onTestFinished(back);
    await answered(load, 503, 60);
    await back();
    await expectRecovery(load, [201, 503]);
  });

  test('Postgres ends sessions twice a second: nothing is lost', async () => {
    const load = await startLoad('terminated');
    const timer = setInterval(
      () =>
        void admin(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        ).catch(() => undefined),
      500,
    );
    onTestFinished(() => clearInterval(timer));
    await answered(load, 201, 100);
    clearInterval(timer);
    await expectRecovery(load, [201, 503]);
  });

  test('Postgres keeps every connection waiting behind an idle transaction: 503 in time, and nothing is lost', async () => {
    const load = await startLoad('locked');
    const end = await idleInTransaction('LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
    onTestFinished(end);
    await answered(load, 503, 60);
    await end();
    await expectRecovery(load, [201, 503]);
  });
});
