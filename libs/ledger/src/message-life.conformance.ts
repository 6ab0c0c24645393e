import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database } from '#database';
import { DAY_MS, LEASE_MS, LifeScene } from './life-scene.conformance.js';
import { type Held } from './message-transitions.js';

/** What the ledger promises of the steps that clients and time take, on whichever database. */
export function conformsToMessageLife(open: () => Promise<Database>): void {
  let scene: LifeScene;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  const outside = (id: string, workerId = 'external:w1', tenantId = 't1') => ({ tenantId, id, workerId });
  const lease = (extra: { leaseMs?: number; attempt?: number } = {}) => ({
    leaseMs: LEASE_MS,
    metadata: { step: 1 },
    ...extra,
  });
  const attemptOf = (held: Held | undefined) => held?.message.attempt;

  describe('a worker of somebody else', () => {
    test('gets a message that waits, which no worker of ours can then claim', async () => {
      const id = await scene.inserted();
      const held = await scene.transitions.claim(outside(id), lease());
      expect(held).toMatchObject({
        message: { id, status: 'processing', attempt: 1, metadata: { a: 1, step: 1 } },
        cancelRequested: false,
      });
      expect(held!.leaseUntil.getTime()).toBeGreaterThan(Date.now() + LEASE_MS / 2);
      expect(await scene.ledger.claim(id, 'ours', LEASE_MS)).toMatchObject({
        claimed: false,
        status: 'processing',
      });
      expect(await scene.transitions.claim(outside(id, 'external:w2'), lease())).toBeUndefined();
      expect(await scene.transitions.claim(outside(id), lease())).toBeUndefined();
    });

    test('one of many gets it', async () => {
      const id = await scene.inserted();
      const workers = Array.from({ length: 8 }, (_, i) => outside(id, `external:w${i}`));
      const claims = await Promise.all(workers.map((worker) => scene.transitions.claim(worker, lease())));
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    test('renews what it has, and nothing else', async () => {
      const id = await scene.inserted();
      await scene.transitions.claim(outside(id), lease({ leaseMs: 0 }));
      expect(attemptOf(await scene.transitions.hold(outside(id), lease()))).toBe(1);
      expect(await scene.transitions.hold(outside(id), lease({ attempt: 2 }))).toBeUndefined();
      expect(await scene.transitions.hold(outside(id, 'external:w2'), lease())).toBeUndefined();
      expect(await scene.transitions.hold(outside(id, 'external:w1', 't2'), lease())).toBeUndefined();
    });

    test('never takes a message from a live worker, and from a dead one as a lost worker', async () => {
      const [live, dead] = [await scene.inserted(), await scene.inserted()];
      await scene.ledger.claim(live, 'ours', LEASE_MS);
      await scene.ledger.claim(dead, 'ours', -10);
      expect(await scene.transitions.claim(outside(live), lease())).toBeUndefined();
      expect(attemptOf(await scene.transitions.claim(outside(dead), lease()))).toBe(2);
      const [row] = await scene.run<{ worker_losses: number }>(
        'SELECT worker_losses FROM messages WHERE id = $1',
        dead,
      );
      expect(row!.worker_losses).toBe(1);
    });

    test('that falls silent loses the message to a worker of ours, and comes too late', async () => {
      const id = await scene.inserted();
      await scene.transitions.claim(outside(id), lease({ leaseMs: -10 }));
      expect(await scene.ledger.claim(id, 'ours', LEASE_MS)).toMatchObject({
        claimed: true,
        workerLosses: 1,
      });
      expect(await scene.transitions.hold(outside(id), lease())).toBeUndefined();
      expect(await scene.transitions.giveBack(id, 1)).toBe(false);
    });

    test('waits for its turn, its time, and takes nothing that is over', async () => {
      const conv = await scene.conversation();
      const first = await scene.inserted({ conversation_id: conv });
      const second = await scene.inserted({ conversation_id: conv });
      const later = await scene.inserted({ delay_ms: DAY_MS });
      const expired = await scene.inserted({ ttl_ms: 0 });
      const cancelled = await scene.inserted();
      await scene.ledger.cancel('t1', cancelled);
      for (const id of [second, later, expired, cancelled])
        expect(await scene.transitions.claim(outside(id), lease())).toBeUndefined();
      expect(await scene.transitions.standing('t1', second)).toMatchObject({
        status: 'pending',
        isHead: false,
      });
      expect(await scene.transitions.standing('t1', expired)).toMatchObject({ expired: true, isHead: true });
      expect(await scene.transitions.claim(outside(first), lease())).toBeDefined();
      expect(await scene.transitions.standing('t1', first)).toEqual({
        status: 'processing',
        attempt: 1,
        workerId: 'external:w1',
        cancelRequested: false,
        leased: true,
        expired: false,
        isHead: true,
      });
      expect(await scene.transitions.standing('t2', first)).toBeUndefined();
    });

    test('gives a message back, which then waits to be enqueued', async () => {
      const id = await scene.inserted();
      await scene.schedule.markEnqueued([id]);
      await scene.transitions.claim(outside(id), lease());
      expect(await scene.transitions.giveBack(id, 1)).toBe(true);
      expect((await scene.schedule.heads([id])).map((head) => head.id)).toEqual([id]);
      expect(await scene.ledger.claim(id, 'ours', LEASE_MS)).toMatchObject({
        claimed: true,
        workerLosses: 0,
      });
    });

    test('learns of a cancel when it renews, and cannot give the message back', async () => {
      const id = await scene.inserted();
      await scene.transitions.claim(outside(id), lease());
      await scene.ledger.cancel('t1', id);
      expect(await scene.transitions.hold(outside(id), lease())).toMatchObject({ cancelRequested: true });
      expect(await scene.transitions.giveBack(id, 1)).toBe(false);
    });
  });

  describe('the priority', () => {
    test('of a message that waits can change, and then it is enqueued again', async () => {
      const [pending, queued, later] = [
        await scene.inserted(),
        await scene.inserted(),
        await scene.inserted({ delay_ms: DAY_MS }),
      ];
      await scene.schedule.markEnqueued([queued]);
      for (const id of [pending, queued, later])
        expect(await scene.transitions.changePriority('t1', id, 'realtime')).toEqual({
          lane: 'simulator',
          priority: 'normal',
        });
      expect(await scene.reader.get('t1', later)).toMatchObject({
        status: 'scheduled',
        priority: 'realtime',
      });
      const missing = await scene.schedule.unscheduled(-1_000, 10);
      expect(missing.map(({ id, priority }) => [id, priority])).toEqual([
        [pending, 'realtime'],
        [queued, 'realtime'],
      ]);
    });

    test('of a message that waits for a retry can change, and it still waits as long', async () => {
      const id = await scene.inserted();
      await scene.ledger.claim(id, 'ours', LEASE_MS);
      const failure = { error_code: 'provider_timeout', error_message: '', call_id: null };
      await scene.ledger.retry({ id, attempt: 1, delay_ms: DAY_MS, ...failure });
      expect(await scene.transitions.changePriority('t1', id, 'low')).toBeDefined();
      const [head] = await scene.schedule.heads([id]);
      expect(head).toMatchObject({ id, priority: 'low' });
      expect(head!.delayMs).toBeGreaterThan(DAY_MS / 2);
    });

    test('of a message that runs, has ended, or is of another tenant cannot', async () => {
      const [running, ended, foreign] = [
        await scene.inserted(),
        await scene.inserted(),
        await scene.inserted(),
      ];
      await scene.ledger.claim(running, 'ours', LEASE_MS);
      await scene.finished(ended);
      expect(await scene.transitions.changePriority('t1', running, 'low')).toBeUndefined();
      expect(await scene.transitions.changePriority('t1', ended, 'low')).toBeUndefined();
      expect(await scene.transitions.changePriority('t2', foreign, 'low')).toBeUndefined();
      expect((await scene.reader.get('t1', foreign)).priority).toBe('normal');
    });

    test('and a claim at the same time leave the message to one of them', async () => {
      const ids = await Promise.all(Array.from({ length: 50 }, () => scene.inserted()));
      const [changes, claims] = await Promise.all([
        Promise.all(ids.map((id) => scene.transitions.changePriority('t1', id, 'high'))),
        Promise.all(ids.map((id) => scene.ledger.claim(id, 'ours', LEASE_MS))),
      ]);
      expect(changes).toHaveLength(50);
      expect(claims.every(({ claimed }) => claimed)).toBe(true);
      const statuses = await scene.run<{ status: string }>('SELECT DISTINCT status FROM messages');
      expect(statuses).toEqual([{ status: 'processing' }]);
    });
  });

  describe('a message that is scheduled', () => {
    test('gets its turn when it is due, once, and is found when nobody enqueued it then', async () => {
      const conv = await scene.conversation();
      const [later, due, turn] = [
        await scene.inserted({ delay_ms: DAY_MS }),
        await scene.inserted({ delay_ms: DAY_MS }),
        await scene.inserted({ delay_ms: DAY_MS, conversation_id: conv }),
      ];
      const talked = await scene.inserted({ conversation_id: conv });
      await scene.run(`UPDATE messages SET scheduled_at = now() WHERE id = ANY($1::text[])`, [due, turn]);
      const rounds = await Promise.all([scene.schedule.releaseDue(0, 10), scene.schedule.releaseDue(0, 10)]);
      expect(rounds.flat().toSorted()).toEqual([due, turn]);
      expect([await scene.statusOf(later), await scene.statusOf(due)]).toEqual(['scheduled', 'pending']);
      expect((await scene.reader.get('t1', turn)).turn).toBe(2);
      const missing = (await scene.schedule.unscheduled(-1_000, 10)).map(({ id }) => id);
      expect(missing.toSorted()).toEqual([due, talked].toSorted());
    });
  });

  describe('a message that has waited too long', () => {
    test('ends with a dead letter, in each state of waiting, and once', async () => {
      const ids = [
        await scene.inserted({ ttl_ms: 0 }),
        await scene.inserted({ ttl_ms: 0, delay_ms: 0 }),
        await scene.inserted({ ttl_ms: 0 }),
        await scene.inserted({ ttl_ms: 0 }),
      ];
      await scene.run(`UPDATE messages SET status = 'scheduled' WHERE id = $1`, ids[1]);
      await scene.schedule.markEnqueued([ids[2]!]);
      await scene.run(
        `UPDATE messages SET status = 'retrying', error_message = 'slow' WHERE id = $1`,
        ids[3],
      );
      const expired = await scene.transitions.expire(100);
      expect(expired.map(({ id }) => id).toSorted()).toEqual(ids);
      expect(expired.find(({ id }) => id === ids[3])!.failure).toEqual({
        code: 'expired',
        message: 'It has waited longer than it may; its last attempt failed: slow',
      });
      expect(await scene.transitions.expire(100)).toEqual([]);
      for (const id of ids)
        expect(await scene.reader.get('t1', id)).toMatchObject({
          status: 'timeout',
          failure: { code: 'expired' },
          completedAt: expect.any(Date),
        });
      const letters = await scene.run<{ code: string }>(
        'SELECT code FROM dead_letters WHERE message_id = ANY($1::text[])',
        ids,
      );
      expect(letters).toEqual(ids.map(() => ({ code: 'expired' })));
    });

    test('is one that waits: what runs, has time, or has ended stays', async () => {
      const [running, fresh, ended] = [
        await scene.inserted(),
        await scene.inserted(),
        await scene.inserted(),
      ];
      await scene.ledger.claim(running, 'ours', LEASE_MS);
      await scene.finished(ended);
      await scene.run(`UPDATE messages SET expires_at = now() - interval '1 s' WHERE id <> $1`, fresh);
      expect(await scene.transitions.expire(100)).toEqual([]);
      expect([await scene.statusOf(running), await scene.statusOf(fresh)]).toEqual(['processing', 'pending']);
    });

    test('is ended in batches, the one that is longest over first', async () => {
      const ids = [
        await scene.inserted({ ttl_ms: 0 }),
        await scene.inserted({ ttl_ms: 0 }),
        await scene.inserted({ ttl_ms: 0 }),
      ];
      await scene.run(`UPDATE messages SET expires_at = now() - interval '1 h' WHERE id = $1`, ids[2]);
      expect((await scene.transitions.expire(1)).map(({ id }) => id)).toEqual([ids[2]]);
      expect(await scene.transitions.expire(5)).toHaveLength(2);
    });

    test('is ended once by several processes at the same time', async () => {
      const ids = await Promise.all(Array.from({ length: 100 }, () => scene.inserted({ ttl_ms: 0 })));
      const rounds = await Promise.all([1, 2, 3].map(() => scene.transitions.expire(100)));
      const rest = await scene.transitions.expire(100);
      expect([...rounds.flat(), ...rest].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    });

    test.each([
      ['skip', null],
      ['block', 'first'],
    ] as const)('in a conversation with the policy %s leaves it blocked by %s', async (policy, blocker) => {
      const conv = await scene.conversation(policy);
      const first = await scene.inserted({ conversation_id: conv, ttl_ms: 0 });
      await scene.inserted({ conversation_id: conv, ttl_ms: 0 });
      const third = await scene.inserted({ conversation_id: conv });
      expect(await scene.transitions.expire(100)).toHaveLength(2);
      const [row] = await scene.run<{ blocked_by: string | null }>(
        'SELECT blocked_by FROM conversations WHERE id = $1',
        conv,
      );
      expect(row!.blocked_by).toBe(blocker && first);
      expect((await scene.schedule.nextTurn(conv))?.id).toBe(blocker ? undefined : third);
    });
  });
}
