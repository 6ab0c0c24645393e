import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ChatSettings,
  ConversationSettings,
  loadConfig,
  MessageSettings,
  SchedulerSettings,
  StorageSettings,
} from '#config';
import { type Database, migrate, openDatabase, openDataSource, openEmbedded } from '#database';
import { LEDGER_SCHEMA, Upkeep } from '#ledger';
import { createLogger, Metrics } from '#observability';
import { createTestDatabase, ManualClock, postgresUrlForTests } from '#testing';
import { IdleConversations } from './idle-conversations.js';
import { Retention } from './retention.js';
import { UnusedSessions } from './unused-sessions.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const LONG_AGO = Date.now() - 99 * DAY_MS;
/** Fewer than there are rows, so that several batches are needed. */
const BATCH = '2';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

const DATABASES: readonly [string, () => Promise<Database>][] = [
  [
    'the embedded database',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'llmq-duties-'));
      cleanUps.push(() => rmSync(folder, { recursive: true }));
      return openEmbedded(folder);
    },
  ],
  [
    'Postgres',
    async () => {
      const database = await createTestDatabase(await postgresUrlForTests());
      cleanUps.push(() => database.drop());
      const env = { DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:1' };
      return openDatabase(new StorageSettings(loadConfig({ env }).storage));
    },
  ],
];

describe.each(DATABASES)('the duties of time on %s', (_, open) => {
  let database: Database;
  let source: DataSource;

  beforeAll(async () => {
    database = await open();
    source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
  });
  beforeEach(async () => {
    await run('DELETE FROM messages');
    await run('DELETE FROM conversations');
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  const run = async <R>(text: string, ...values: unknown[]) =>
    (await database.pool.query(text, values)).rows as R[];
  const oldId = (prefix: string, n: number) =>
    `${prefix}_${LONG_AGO.toString(16).padStart(12, '0')}${String(n).padStart(20, '0')}`;

  function setup(env: Readonly<Record<string, string>>) {
    const config = loadConfig({ env: { SCHEDULER_BATCH: BATCH, ...env } });
    const upkeep = new Upkeep(database);
    const clock = new ManualClock();
    const metrics = new Metrics();
    const scheduler = new SchedulerSettings(config.scheduler);
    const log = createLogger('silent', 'test');
    const shared = [scheduler, metrics, log, clock] as const;
    return {
      clock,
      metrics,
      idle: new IdleConversations(upkeep, new ConversationSettings(config.conversations), ...shared),
      unused: new UnusedSessions(upkeep, new ChatSettings(config.chat), scheduler, log, clock),
      retention: new Retention(upkeep, new MessageSettings(config.messages), ...shared),
    };
  }

  async function conversations(idleDays: readonly number[]): Promise<void> {
    for (const [i, days] of idleDays.entries())
      await run(
        `INSERT INTO conversations (id, tenant_id, user_id, last_active_at)
         VALUES ($1, 't', 'u', now() - $2::float8 * interval '1 d')`,
        oldId('conv', i),
        days,
      );
  }

  async function ended(ages: readonly number[]): Promise<void> {
    for (const [i, days] of ages.entries())
      await run(
        `INSERT INTO messages (id, tenant_id, user_id, content, priority, status, max_retries, timeout_ms, request_id,
                               lane, completed_at)
         VALUES ($1, 't', 'u', 'c', 3, 'completed', 0, 1, 'r', 'l', now() - $2::float8 * interval '1 d')`,
        oldId('msg', i),
        days,
      );
  }

  const states = async () =>
    (await run<{ state: string }>('SELECT state FROM conversations ORDER BY id')).map(({ state }) => state);
  const valueOf = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
    (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

  test('conversations rest after the configured times, in as many steps as it takes', async () => {
    const { clock, idle, metrics } = setup({
      CONVERSATION_INACTIVE_AFTER: '1d',
      CONVERSATION_ARCHIVE_AFTER: '30d',
    });
    await conversations([0, 2, 2, 2, 40]);
    await idle.perform();
    expect(await states()).toEqual(['active', 'inactive', 'inactive', 'inactive', 'archived']);
    expect(await valueOf(metrics.rested)).toBe(5);
    clock.advance(MINUTE_MS);
    await idle.perform();
    await setup({}).idle.perform();
    expect(await valueOf(metrics.rested)).toBe(5);
    expect(await states()).toHaveLength(5);
  });

  test('conversations stay active where no time is configured', async () => {
    const { idle } = setup({ CONVERSATION_INACTIVE_AFTER: '0s', CONVERSATION_ARCHIVE_AFTER: '0s' });
    await conversations([99]);
    await idle.perform();
    expect(await states()).toEqual(['active']);
  });

  test('messages are deleted after the configured time, and twice is as good as once', async () => {
    const { clock, retention, metrics } = setup({ MESSAGE_RETENTION: '7d' });
    await ended([8, 8, 8, 8, 8, 6]);
    await retention.perform();
    clock.advance(MINUTE_MS);
    await retention.perform();
    expect(await run('SELECT id FROM messages')).toEqual([{ id: oldId('msg', 5) }]);
    expect(await valueOf(metrics.deleted)).toBe(5);
  });

  test('sessions are forgotten that nobody has used for long', async () => {
    for (const [id, days, used] of [
      ['old', 8, false],
      ['older', 9, false],
      ['oldest', 10, false],
      ['used', 99, true],
      ['young', 6, false],
    ] as const)
      await run(
        `INSERT INTO sessions (tenant_id, id, user_id, conversation_id, context, used, updated_at)
         VALUES ('t', $1, 'u', $1, '', $2, now() - $3::float8 * interval '1 d')`,
        id,
        used,
        days,
      );
    await setup({}).unused.perform();
    expect(await run('SELECT id FROM sessions ORDER BY id')).toEqual([{ id: 'used' }, { id: 'young' }]);
  });

  test('messages are kept for ever by default', async () => {
    await ended([5_000]);
    await setup({}).retention.perform();
    expect(await run('SELECT id FROM messages')).toHaveLength(1);
  });
});
