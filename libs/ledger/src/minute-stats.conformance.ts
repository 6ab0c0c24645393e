import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { type BandStats, MinuteStats } from './minute-stats.js';
import { LEDGER_SCHEMA } from './schema.js';

/** A message as the statistics see it; times in seconds before now. */
interface Told {
  readonly tenant?: string;
  readonly lane?: string;
  readonly priority?: number;
  readonly status?: string;
  readonly created: number;
  readonly scheduled?: number;
  readonly started?: number;
  readonly ended?: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const INSERT = {
  name: 'insert-told',
  text: `
INSERT INTO messages (id, tenant_id, user_id, content, priority, lane, status, max_retries, timeout_ms, request_id,
                      created_at, scheduled_at, started_at, completed_at)
SELECT $1, $2, 'u', 'c', $3, $4, $5, 0, 1000, 'r', now() - $6::float8 * interval '1 s', now() - $7::float8 * interval '1 s',
       now() - $8::float8 * interval '1 s', now() - $9::float8 * interval '1 s'`,
};

/** What the statistics promise, on whichever database. */
export function conformsToMinuteStats(open: () => Promise<Database>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.query({ name: 'clear-messages', text: 'TRUNCATE messages, minute_stats, facts' });
    await countFrom('2 hours');
  });

  /** Everything before is counted already. */
  async function countFrom(ago: string): Promise<void> {
    const text = `INSERT INTO facts VALUES ('minute_stats_until', (now() - $1::interval)::text)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
    await database.query({ name: 'count-from', text }, [ago]);
  }

  async function tell(told: Told): Promise<void> {
    const { tenant = 't1', lane = 'simulator', priority = 3, status = 'completed' } = told;
    const times = [told.created, told.scheduled, told.started, told.ended].map((time) => time ?? null);
    await database.query(INSERT, [newId('msg'), tenant, priority, lane, status, ...times]);
  }

  async function collectAll(stats = new MinuteStats(database)): Promise<void> {
    while (await stats.collect(60));
  }

  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
  /** As a process that has not read anything yet. */
  const since = (time: Date | undefined, tenant = 't1') => new MinuteStats(database).since(tenant, time);
  async function only(time: Date | undefined, tenant = 't1'): Promise<BandStats> {
    const all = await since(time, tenant);
    const sum = (of: (stats: BandStats) => number) => all.reduce((total, stats) => total + of(stats), 0);
    return {
      ...all[0]!,
      accepted: sum(({ accepted }) => accepted),
      completed: sum(({ completed }) => completed),
      failed: sum(({ failed }) => failed),
    };
  }
  const rows = async () =>
    (
      await database.query<{ n: number }>({
        name: 'count-stats',
        text: 'SELECT count(*)::int AS n FROM minute_stats',
      })
    )[0]!.n;

  test('counts what was accepted, how it ended, and how long it waited and ran', async () => {
    const then = 10 * MINUTE;
    await tell({ created: then, started: then - 2, ended: then - 5 });
    await tell({ created: then, started: then - 4, ended: then - 5 });
    await tell({ created: then, status: 'failed', started: then, ended: then - 9 });
    await tell({ created: then, status: 'timeout', ended: then - 9 });
    await tell({ created: then, status: 'cancelled', ended: then - 1 });
    await tell({ created: then, status: 'queued' });
    await collectAll();
    const all = await since(ago(HOUR));
    const together = await only(ago(HOUR));
    expect(together).toMatchObject({
      lane: 'simulator',
      priority: 'normal',
      accepted: 6,
      completed: 2,
      failed: 1,
    });
    expect(all.reduce((total, { timeout, cancelled }) => total + timeout + cancelled, 0)).toBe(2);
    expect(all.reduce((total, { started }) => total + started, 0)).toBe(3);
    expect(all.reduce((total, { waitMs }) => total + waitMs, 0)).toBeCloseTo(6_000, -1);
    expect(all.reduce((total, { runMs }) => total + runMs, 0)).toBeCloseTo(13_000, -1);
    expect(Math.max(...all.map(({ maxWaitMs }) => maxWaitMs))).toBeCloseTo(4_000, -1);
    expect(Math.min(...all.map(({ minRunMs }) => minRunMs ?? Infinity))).toBeCloseTo(1_000, -1);
    expect(Math.max(...all.map(({ maxRunMs }) => maxRunMs ?? 0))).toBeCloseTo(9_000, -1);
  });

  test('waiting begins when a message could have started', async () => {
    await tell({ created: 30 * MINUTE, scheduled: 10 * MINUTE, started: 10 * MINUTE - 3, ended: 5 * MINUTE });
    await collectAll();
    const ended = (await since(ago(HOUR))).find(({ completed }) => completed === 1);
    expect(ended!.waitMs).toBeCloseTo(3_000, -1);
  });

  test('keeps tenants, lanes and priorities apart', async () => {
    const told = { created: 5 * MINUTE, ended: 5 * MINUTE };
    await tell(told);
    await tell({ ...told, tenant: 't2' });
    await tell({ ...told, priority: 1 });
    await tell({ ...told, lane: 'openai' });
    await collectAll();
    const found = (await since(ago(HOUR))).map(
      ({ lane, priority, accepted }) => `${lane} ${priority} ${accepted}`,
    );
    expect(new Set(found)).toEqual(
      new Set(['openai normal 1', 'simulator normal 1', 'simulator realtime 1']),
    );
    expect((await only(ago(HOUR), 't2')).accepted).toBe(1);
    expect(await since(ago(HOUR), 't3')).toEqual([]);
  });

  test('this very minute counts too, and nothing counts twice when it is over', async () => {
    await tell({ created: 0.5, started: 0.2, ended: 0.1 });
    await tell({ created: 3 * MINUTE, started: 3 * MINUTE, ended: 3 * MINUTE });
    expect(await only(ago(HOUR))).toMatchObject({ accepted: 2, completed: 2 });
    await collectAll();
    expect(await only(ago(HOUR))).toMatchObject({ accepted: 2, completed: 2 });
  });

  test('what a reader remembers does not count twice when it is counted meanwhile', async () => {
    await countFrom('5 minutes');
    await tell({ created: 3 * MINUTE, started: 3 * MINUTE, ended: 3 * MINUTE });
    const reader = new MinuteStats(database);
    const accepted = async () =>
      (await reader.since('t1', ago(HOUR))).reduce((total, stats) => total + stats.accepted, 0);
    expect(await accepted()).toBe(1);
    await collectAll();
    expect(await accepted()).toBe(1);
  });

  test('counting again, also by two at once, changes nothing', async () => {
    for (let i = 0; i < 50; i += 1)
      await tell({ created: 20 * MINUTE - i * 20, ended: 19 * MINUTE - i * 20 });
    await collectAll();
    const before = await only(ago(HOUR));
    await countFrom('1 hour');
    await Promise.all([collectAll(), collectAll()]);
    expect(await only(ago(HOUR))).toEqual(before);
    expect(before).toMatchObject({ accepted: 50, completed: 50 });
  });

  test('a time of a day or a week finds what lies in it', async () => {
    for (const created of [HOUR / 2, 3 * HOUR, 20 * HOUR, 3 * DAY, 7.5 * DAY])
      await tell({ created, ended: created });
    // As after an update from a version that did not count: it begins eight days ago.
    await countFrom('9 days');
    await collectAll();
    const counts = await Promise.all(
      [HOUR, 6 * HOUR, DAY, 7 * DAY].map(async (range) => (await only(ago(range))).accepted),
    );
    expect(counts).toEqual([1, 2, 3, 4]);
    await new MinuteStats(database).fold();
    const folded = await Promise.all(
      [HOUR, 6 * HOUR, DAY, 7 * DAY].map(async (range) => (await only(ago(range))).accepted),
    );
    expect(folded).toEqual(counts);
  });

  test('what is old becomes hours, and then one sum, so that the totals never fall', async () => {
    const stats = new MinuteStats(database);
    await countFrom('50 hours');
    for (let i = 0; i < 30; i += 1)
      await tell({ created: 2 * DAY + i * MINUTE, ended: 2 * DAY + i * MINUTE - 2 });
    await collectAll(stats);
    expect(await rows()).toBeGreaterThanOrEqual(30);
    await stats.fold();
    expect(await rows()).toBeLessThanOrEqual(2);
    await database.query({
      name: 'age-stats',
      text: `UPDATE minute_stats SET bucket = bucket - interval '8 days'`,
    });
    await stats.fold();
    await stats.fold();
    expect(await rows()).toBe(1);
    expect(await since(ago(7 * DAY))).toEqual([]);
    expect(await only(undefined)).toMatchObject({ accepted: 30, completed: 30 });
  });

  test('says what runs', async () => {
    await tell({ created: 5, started: 4, status: 'processing', priority: 1 });
    await tell({ created: 5, started: 4, status: 'processing', priority: 1, tenant: 't2' });
    await tell({ created: 5, status: 'queued' });
    expect(await new MinuteStats(database).running()).toEqual([
      { lane: 'simulator', priority: 'realtime', running: 2 },
    ]);
  });

  test('says what a tenant has under way', async () => {
    for (const status of ['processing', 'queued', 'pending', 'retrying', 'scheduled', 'completed'])
      await tell({ created: 5, status });
    await tell({ created: 5, status: 'queued', tenant: 't2' });
    const counts = new MinuteStats(database);
    expect(await counts.open('t1')).toEqual({ running: 1, waiting: 4 });
    expect(await counts.open('t2')).toEqual({ running: 0, waiting: 1 });
    expect(await counts.open('t3')).toEqual({ running: 0, waiting: 0 });
  });
}
