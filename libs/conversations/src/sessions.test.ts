import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, StorageSettings } from '#config';
import { type Session } from '#contracts';
import { type Database, migrate, openDatabase, openDataSource, openEmbedded } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { createTestDatabase, postgresUrlForTests } from '#testing';
import { nameOf, SessionTurns } from './session-turns.js';
import { Sessions } from './sessions.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

const DATABASES: readonly [string, () => Promise<Database>][] = [
  [
    'the embedded database',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'llmq-sessions-'));
      cleanUps.push(() => rmSync(folder, { recursive: true }));
      return openEmbedded(folder);
    },
  ],
  [
    'Postgres',
    async () => {
      const empty = await createTestDatabase(await postgresUrlForTests());
      cleanUps.push(() => empty.drop());
      const env = { DATABASE_URL: empty.url, DATABASE_POOL: '8', REDIS_URL: 'redis://127.0.0.1:1' };
      return openDatabase(new StorageSettings(loadConfig({ env }).storage));
    },
  ],
];

describe.each(DATABASES)('Sessions on %s', (_, open) => {
  let database: Database;
  let source: DataSource;
  let sessions: Sessions;
  let turns: SessionTurns;

  beforeAll(async () => {
    database = await open();
    source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    sessions = new Sessions(source, database);
    turns = new SessionTurns(database);
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  const run = async <R>(text: string, ...values: unknown[]) =>
    (await database.pool.query(text, values)).rows as R[];
  const start = async (tenant: string, id?: string) =>
    (await sessions.start(tenant, { id, context: 'Be brief.' })).session;
  const addTurn = ({ tenantId, conversationId }: Session, turn: number, status = 'completed') =>
    run(
      `INSERT INTO messages (id, tenant_id, user_id, conversation_id, turn, content, priority, status, max_retries,
                             timeout_ms, request_id, lane)
       VALUES ($1, $2, 'u', $3, $4, 'c', 3, $5, 0, 1, 'r', 'l')`,
      `msg_${conversationId}_${turn}`,
      tenantId,
      conversationId,
      turn,
      status,
    );

  test('number themselves from 1 for each tenant, also when many start at once', async () => {
    const started = await Promise.all(['a', 'b', 'a', 'a', 'b'].map((tenant) => start(tenant)));
    const idsOf = (tenant: string) =>
      started.filter(({ tenantId }) => tenantId === tenant).map(({ id }) => id);
    expect(idsOf('a').toSorted()).toEqual(['sess-1', 'sess-2', 'sess-3']);
    expect(idsOf('b').toSorted()).toEqual(['sess-1', 'sess-2']);
    expect((await start('a')).id).toBe('sess-4');
  });

  test('pass over the numbers that clients have taken, and find a name when there are many', async () => {
    for (let n = 1; n <= 12; n += 1) await start('taken', `sess-${n}`);
    const made = await Promise.all([start('taken'), start('taken')]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    for (const { id, userId } of made) {
      expect(id).toMatch(/^sess-\w+$/);
      expect(userId).toBe(id);
    }
    expect(await run(`SELECT id FROM sessions WHERE tenant_id = 'taken'`)).toHaveLength(14);
  });

  test('are what they were when they are started again, and belong to their tenant', async () => {
    const first = await sessions.start('same', { id: 'x', userId: 'ada', context: 'one' });
    const second = await sessions.start('same', { id: 'x', userId: 'bob', context: 'two' });
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.session).toEqual(first.session);
    await expect(sessions.get('other', 'x')).rejects.toMatchObject({ code: 'session_not_found' });
    expect((await start('other', 'x')).conversationId).not.toBe(first.session.conversationId);
  });

  test('have a conversation once something is sent, and one only', async () => {
    const session = await start('opened');
    const rows = () => run(`SELECT id, context FROM conversations WHERE tenant_id = 'opened'`);
    expect(await rows()).toEqual([]);
    await Promise.all(Array.from({ length: 5 }, () => sessions.open('opened', session.id)));
    expect(await rows()).toEqual([{ id: session.conversationId, context: 'Be brief.' }]);
    expect(await run(`SELECT used FROM sessions WHERE tenant_id = 'opened'`)).toEqual([{ used: true }]);
  });

  test('open a conversation again that was archived', async () => {
    const { id, conversationId } = await start('archived');
    await sessions.open('archived', id);
    await run(
      `UPDATE conversations SET state = 'archived', completed_at = now() WHERE id = $1`,
      conversationId,
    );
    await sessions.open('archived', id);
    const [row] = await run('SELECT state, completed_at FROM conversations WHERE id = $1', conversationId);
    expect(row).toEqual({ state: 'active', completed_at: null });
  });

  test('take nothing while they are closed', async () => {
    const { id } = await start('closed');
    expect(await sessions.close('closed', id)).toMatchObject({ active: false });
    await sessions.close('closed', id);
    await expect(sessions.open('closed', id)).rejects.toMatchObject({ code: 'session_closed' });
    expect(await start('closed', id)).toMatchObject({ active: true });
    await sessions.open('closed', id);
    await sessions.remove('closed', id);
    await expect(sessions.open('closed', id)).rejects.toMatchObject({ code: 'session_not_found' });
    expect(await run(`SELECT 1 FROM conversations WHERE tenant_id = 'closed'`)).toHaveLength(1);
  });

  test('say which turns follow one, and how far they are', async () => {
    const [used, unused, closed] = [await start('turns'), await start('turns'), await start('turns')];
    await sessions.open('turns', used.id);
    expect(await turns.lastEnded(used)).toBe(0);
    for (const turn of [1, 2, 4]) await addTurn(used, turn, turn === 4 ? 'processing' : 'completed');
    await run('UPDATE conversations SET turns = 4 WHERE id = $1', used.conversationId);
    expect((await turns.after(used, 1, 10)).map(({ turn }) => turn)).toEqual([2, 4]);
    expect(await turns.after(used, 0, 1)).toHaveLength(1);
    expect(await turns.after(unused, 0, 10)).toEqual([]);
    expect([await turns.lastEnded(used), await turns.lastEnded(unused)]).toEqual([3, 0]);
    await sessions.close('turns', closed.id);
    expect(await turns.progress([used, unused, closed])).toEqual(
      new Map([
        [nameOf(used), 4],
        [nameOf(unused), 0],
      ]),
    );
  });
});
