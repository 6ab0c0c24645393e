import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { Facts } from './facts.js';
import { MessageBatches } from './message-batches.js';
import { MessageLedger } from './message-ledger.js';
import { ScheduleLedger } from './schedule-ledger.js';
import { LEDGER_SCHEMA } from './schema.js';
import { type NewMessageRow } from './sql/insert-messages.js';

describe.each(BOTH_DATABASES)('on %s', (_, open) => {
  let database: Database;
  let ledger: MessageLedger;
  beforeAll(async () => {
    database = await open();
    await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
    ledger = new MessageLedger(database);
  });
  afterAll(() => database.close());

  async function conversation(): Promise<string> {
    const id = newId('conv');
    const text = `INSERT INTO conversations (id, tenant_id, user_id) VALUES ($1, 't', 'u')`;
    await database.query({ name: 'insert-conversation', text }, [id]);
    return id;
  }

  const turnOf = (conversation_id: string | null, extra: Partial<NewMessageRow> = {}): NewMessageRow => ({
    id: newId('msg'),
    tenant_id: 't',
    user_id: 'u',
    conversation_id,
    content: 'x',
    priority: 3,
    metadata: {},
    max_retries: 0,
    timeout_ms: 1_000,
    request_id: 'r',
    lane: 'simulator',
    cost: 1,
    scheduled_at: null,
    delay_ms: null,
    ttl_ms: 3_600_000,
    idempotency_key: null,
    fingerprint: null,
    max_turns_ahead: 3,
    ...extra,
  });
  const ahead = async (row: NewMessageRow) => {
    const inserted = await ledger.insert(row);
    return inserted.isNew && inserted.turns_ahead;
  };

  describe('the turns of a conversation', () => {
    test('are as many at once as may be, whether they come one by one or together', async () => {
      const [slow, fast] = [await conversation(), await conversation()];
      for (const expected of [0, 1, 2]) expect(await ahead(turnOf(slow))).toBe(expected);
      await expect(ledger.insert(turnOf(slow))).rejects.toMatchObject({
        code: 'conversation_full',
        retryAfterMs: 5_000,
      });
      const rows = Array.from({ length: 6 }, () => turnOf(fast));
      const together = await new MessageBatches(database).insert([...rows, turnOf(null)]);
      const turns = [...together.values()].map(({ turns_ahead }) => turns_ahead);
      expect(turns.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 2]);
      expect(rows.slice(0, 3).every(({ id }) => together.has(id))).toBe(true);
    });

    test('have room again when one has ended, and their numbers have no hole', async () => {
      const conv = await conversation();
      const first = turnOf(conv);
      for (const row of [first, turnOf(conv), turnOf(conv)]) await ledger.insert(row);
      await expect(ledger.insert(turnOf(conv))).rejects.toMatchObject({ code: 'conversation_full' });
      await ledger.cancel('t', first.id);
      expect(await ahead(turnOf(conv))).toBe(2);
      const turns = await database.query<{ turn: number }>(
        { name: 'turns', text: 'SELECT turn FROM messages WHERE conversation_id = $1 ORDER BY turn' },
        [conv],
      );
      expect(turns.map(({ turn }) => turn)).toEqual([1, 2, 3, 4]);
    });

    test('leave those alone that are in no conversation, or scheduled for later', async () => {
      const conv = await conversation();
      for (let i = 0; i < 5; i += 1) expect(await ahead(turnOf(null))).toBe(0);
      for (let i = 0; i < 5; i += 1) expect(await ahead(turnOf(conv, { delay_ms: 3_600_000 }))).toBe(0);
    });

    test('are counted before a turn, and a failed one that blocks is told', async () => {
      const conv = await conversation();
      const rows = [turnOf(conv), turnOf(conv), turnOf(conv)];
      for (const row of rows) await ledger.insert(row);
      const schedule = new ScheduleLedger(database);
      expect(await schedule.turnsAhead(conv, 3, rows[2]!.id)).toEqual({ ahead: 2, blocked: false });
      await ledger.cancel('t', rows[0]!.id);
      await database.query(
        { name: 'block', text: 'UPDATE conversations SET blocked_by = $2 WHERE id = $1' },
        [conv, rows[0]!.id],
      );
      expect(await schedule.turnsAhead(conv, 3, rows[2]!.id)).toEqual({ ahead: 1, blocked: true });
    });
  });

  test('a fact is replaced only by whoever knows what it was', async () => {
    const facts = new Facts(database);
    const writes = await Promise.all(['a', 'b', 'c'].map((value) => facts.replace('f', undefined, value)));
    expect(writes.filter(Boolean)).toHaveLength(1);
    const known = await facts.read('f');
    expect(await facts.replace('f', 'something else', 'd')).toBe(false);
    expect(await facts.read('f')).toBe(known);
    expect(await facts.replace('f', known, 'd')).toBe(true);
    expect(await facts.read('f')).toBe('d');
  });
});
