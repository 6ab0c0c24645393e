import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database } from '#database';
import { EarlierMessages } from './earlier-messages.js';
import { DAY_MS, LEASE_MS, LifeScene, rowOf } from './life-scene.conformance.js';
import { MessageBatches } from './message-batches.js';

const WINDOW_MS = 600_000;

/** As it would have been made nine days ago. */
function oldId(prefix: 'msg' | 'conv'): string {
  const time = (Date.now() - 9 * DAY_MS).toString(16).padStart(12, '0');
  return `${prefix}_${time}${newId(prefix).slice(prefix.length + 13)}`;
}

/** What the ledger promises of repeated requests, batches, and of what nobody touches any more, on whichever database. */
export function conformsToUpkeep(open: () => Promise<Database>): void {
  let scene: LifeScene;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  describe('equal requests', () => {
    test('are found by key and by fingerprint, each of its tenant', async () => {
      const earlier = new EarlierMessages(scene.database, WINDOW_MS);
      const id = await scene.inserted({ idempotency_key: 'k1', fingerprint: 'f1' });
      const [first, unknown, foreign, equal, other] = await Promise.all([
        earlier.byKey('t1', 'k1'),
        earlier.byKey('t1', 'k2'),
        earlier.byKey('t2', 'k1'),
        earlier.byFingerprint('t1', 'f1'),
        earlier.byFingerprint('t2', 'f1'),
      ]);
      expect(first).toEqual({ id, fingerprint: 'f1' });
      expect(equal).toEqual(first);
      expect([unknown, foreign, other]).toEqual([undefined, undefined, undefined]);
    });

    test('by fingerprint are the newest, and not older than the window', async () => {
      const earlier = new EarlierMessages(scene.database, WINDOW_MS);
      await scene.inserted({ fingerprint: 'f' });
      const newest = await scene.inserted({ fingerprint: 'f' });
      await scene.run(`UPDATE messages SET created_at = now() - interval '9 min' WHERE id <> $1`, newest);
      expect(await earlier.byFingerprint('t1', 'f')).toMatchObject({ id: newest });
      await scene.run(`UPDATE messages SET created_at = now() - interval '11 min'`);
      expect(await earlier.byFingerprint('t1', 'f')).toBeUndefined();
    });
  });

  describe('a batch', () => {
    test('gives the messages of a conversation their turns in its order, and leaves out what cannot be', async () => {
      const conv = await scene.conversation();
      const rows = Array.from({ length: 150 }, (_, i) =>
        rowOf({ content: `${i}`, conversation_id: i % 10 === 9 ? 'conv_nowhere' : conv }),
      );
      const batches = new MessageBatches(scene.database);
      const [done] = await Promise.all([batches.insert(rows), scene.inserted({ conversation_id: conv })]);
      expect(done.size).toBe(135);
      const turns = await scene.run<{ content: string }>(
        `SELECT content FROM messages WHERE conversation_id = $1 AND content <> 'hello' ORDER BY turn`,
        conv,
      );
      const wanted = rows.filter(({ conversation_id }) => conversation_id === conv);
      expect(turns.map(({ content }) => content)).toEqual(wanted.map(({ content }) => content));
    });

    test('whose keys are known commits nothing twice', async () => {
      const rows = () => [0, 1, 2].map((i) => rowOf({ idempotency_key: `b#${i}`, fingerprint: `f${i}` }));
      const batches = [new MessageBatches(scene.database), new MessageBatches(scene.database)];
      const done = await Promise.all([batches[0]!.insert(rows()), batches[1]!.insert(rows())]);
      expect(done[0].size + done[1].size).toBe(3);
    });
  });

  describe('conversations that nobody uses', () => {
    type State = { state: string; completed_at: Date | null };
    const idle = (id: string, days: number) =>
      scene.run(
        `UPDATE conversations SET last_active_at = now() - $2 * interval '1 d' WHERE id = $1`,
        id,
        days,
      );
    const stateOf = async (id: string) =>
      (await scene.run<State>('SELECT * FROM conversations WHERE id = $1', id))[0]!;
    const old = () => oldId('conv');

    test('become inactive, then archived, and never twice', async () => {
      const [used, unused] = [
        await scene.conversation('skip', old()),
        await scene.conversation('skip', old()),
      ];
      await idle(unused, 2);
      expect(await scene.upkeep.deactivate(DAY_MS, 10)).toBe(1);
      expect(await scene.upkeep.deactivate(DAY_MS, 10)).toBe(0);
      expect(await scene.upkeep.archive(3 * DAY_MS, 10)).toBe(0);
      expect((await stateOf(unused)).state).toBe('inactive');
      await idle(unused, 4);
      expect(await scene.upkeep.archive(3 * DAY_MS, 10)).toBe(1);
      expect(await stateOf(unused)).toMatchObject({ state: 'archived', completed_at: expect.any(Date) });
      expect((await stateOf(used)).state).toBe('active');
    });

    test('stay active while a message of them waits, runs, or is scheduled', async () => {
      const ids = [old(), old(), old()];
      for (const id of ids) await scene.conversation('skip', id);
      await scene.inserted({ conversation_id: ids[0]! });
      await scene.ledger.claim(await scene.inserted({ conversation_id: ids[1]! }), 'w', LEASE_MS);
      await scene.inserted({ conversation_id: ids[2]!, delay_ms: DAY_MS });
      for (const id of ids) await idle(id, 2);
      expect(await scene.upkeep.deactivate(DAY_MS, 10)).toBe(0);
      await scene.run(`UPDATE messages SET status = 'completed'`);
      expect(await scene.upkeep.deactivate(DAY_MS, 2)).toBe(2);
      expect(await scene.upkeep.deactivate(DAY_MS, 2)).toBe(1);
    });

    test('become active again with the next message', async () => {
      const id = await scene.conversation('skip', old());
      await idle(id, 2);
      await scene.upkeep.deactivate(DAY_MS, 10);
      await scene.inserted({ conversation_id: id });
      expect((await stateOf(id)).state).toBe('active');
      expect(await scene.upkeep.deactivate(DAY_MS, 10)).toBe(0);
    });
  });

  describe('messages that ended long ago', () => {
    const old = () => oldId('msg');
    const count = async (table: string) =>
      (await scene.run<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;
    const tables = ['messages', 'replies', 'provider_calls', 'dead_letters'];

    test('are deleted in batches with all that hangs on them; the others stay', async () => {
      const gone = [
        await scene.inserted({ id: old() }),
        await scene.inserted({ id: old() }),
        await scene.inserted({ id: old() }),
      ];
      for (const id of gone) await scene.finished(id, 2 * DAY_MS);
      const [recent, waiting] = [await scene.inserted({ id: old() }), await scene.inserted({ id: old() })];
      await scene.finished(recent);
      expect(await scene.upkeep.deleteEnded(DAY_MS, 2)).toBe(2);
      expect(await scene.upkeep.deleteEnded(DAY_MS, 2)).toBe(1);
      expect(await scene.upkeep.deleteEnded(DAY_MS, 2)).toBe(0);
      expect(await Promise.all(tables.map(count))).toEqual([2, 1, 1, 0]);
      expect([await scene.statusOf(recent), await scene.statusOf(waiting)]).toEqual(['completed', 'pending']);
    });

    test('stay while they block their conversation', async () => {
      const conv = await scene.conversation('block');
      const id = await scene.inserted({ id: old(), conversation_id: conv, ttl_ms: 0 });
      await scene.run(`UPDATE messages SET expires_at = now() - interval '1 s'`);
      await scene.transitions.expire(10);
      await scene.run(`UPDATE messages SET completed_at = now() - interval '2 d'`);
      expect(await scene.upkeep.deleteEnded(DAY_MS, 10)).toBe(0);
      await scene.run('UPDATE conversations SET blocked_by = NULL WHERE id = $1', conv);
      expect(await scene.upkeep.deleteEnded(DAY_MS, 10)).toBe(1);
      expect(await scene.reader.find('t1', id)).toBeUndefined();
      expect(await count('dead_letters')).toBe(0);
    });
  });
}
