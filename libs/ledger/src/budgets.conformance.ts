import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError, newId } from '#contracts';
import { type Database } from '#database';
import { BudgetBook, type BudgetLimit } from './budgets.js';
import { USE } from './call-use.conformance.js';
import { LEASE_MS, LifeScene, rowOf } from './life-scene.conformance.js';
import { MessageBatches } from './message-batches.js';
import { MessageLedger } from './message-ledger.js';
import { ProviderCalls } from './provider-calls.js';
import { type NewMessageRow } from './sql/insert-messages.js';

const DAY: BudgetLimit = { of: 'tenant', span: 'day', limit: 100 };
const USER_DAY: BudgetLimit = { of: 'user', span: 'day', limit: 30 };

/** What the ledger promises of budgets, on whichever database; `again`: the same one, as another process sees it. */
export function conformsToBudgets(
  open: () => Promise<Database>,
  again: (database: Database) => Promise<Database>,
): void {
  let scene: LifeScene;
  let ledgers: readonly MessageLedger[];
  let others: readonly Database[];

  beforeAll(async () => {
    scene = await LifeScene.open(open);
    others = [await again(scene.database), await again(scene.database)];
    ledgers = [scene.ledger, ...others.map((database) => new MessageLedger(database))];
  });
  beforeEach(async () => {
    await scene.clear();
    await scene.run('DELETE FROM budget_use');
    await scene.run('DELETE FROM budget_changes');
  });
  afterAll(async () => {
    for (const database of others) if (database !== scene.database) await database.close();
    await scene.close();
  });

  const priced = (reserved: number, more: Partial<NewMessageRow> = {}) =>
    rowOf({ reserved, budgets: [DAY], ...more });
  const accepted = async (reserved: number, more: Partial<NewMessageRow> = {}) => {
    const row = priced(reserved, more);
    await scene.ledger.insert(row);
    return row.id;
  };
  const refused = (reserved: number, more: Partial<NewMessageRow> = {}) =>
    scene.ledger.insert(priced(reserved, more)).then(
      () => undefined,
      (error: unknown) => error as AppError,
    );
  const book = (user = 'u') =>
    BudgetBook.read(scene.database.query.bind(scene.database), [{ tenant_id: 't1', user_id: user }]);
  const of = async (budget: BudgetLimit = DAY, user = 'u') =>
    (await book(user)).of({ tenant_id: 't1', user_id: user }, budget);
  const plan = () => ({ id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 9 });

  test('what is expected is reserved, and what it was is taken once it has ended', async () => {
    const id = await accepted(40);
    expect(await of()).toEqual({ used: 0, reserved: 40 });
    expect(await of({ ...DAY, span: 'month' })).toEqual({ used: 0, reserved: 40 });
    await scene.finished(id, 0, { ...USE, worth: 12.5 });
    expect(await of()).toEqual({ used: 12.5, reserved: 0 });
    expect(await of({ ...USER_DAY, span: 'month' })).toEqual({ used: 12.5, reserved: 0 });
  });

  test('each call of an attempt is taken, once', async () => {
    const id = await accepted(40);
    const [first, next] = [plan(), plan()];
    await scene.ledger.claim(id, 'w', LEASE_MS, first);
    const ended = { id: first.id, code: 'result_invalid', use: { ...USE, worth: 3 } } as const;
    const another = { messageId: id, attempt: 1, ended, next };
    for (const calls of [1, 2].map(() => new ProviderCalls(scene.database))) await calls.another(another);
    expect(await of()).toEqual({ used: 0, reserved: 40 });
    const row = { id, attempt: 1, status: 'completed', error_code: null, error_message: null } as const;
    const said = { content: 'x', provider: 'p', model: 'm', finish_reason: 'stop' };
    const call = { call_id: next.id, call_state: 'completed', ...USE, worth: 5 };
    for (const again of [row, row]) await scene.ledger.finish({ ...again, ...said, ...call, dead: false });
    expect(await of()).toEqual({ used: 8, reserved: 0 });
  });

  test('a message that the budget cannot bear is refused by name, until what is reserved is given back', async () => {
    const id = await accepted(70);
    const error = await refused(31);
    expect(error).toMatchObject({ code: 'budget_exhausted', status: 429, retryable: false });
    expect(error!.fields[0]).toMatchObject({ field: 'budget.day' });
    expect(error!.message).toContain('0.00007 reserved');
    expect(error!.retryAfterMs).toBeLessThanOrEqual(60_000);
    await accepted(30);
    await scene.ledger.cancel('t1', id);
    expect(await of()).toEqual({ used: 0, reserved: 30 });
    await accepted(70);
  });

  test('each user has a budget, and another tenant another one', async () => {
    const both = { budgets: [DAY, USER_DAY] };
    await accepted(30, both);
    expect((await refused(1, both))!.fields[0]).toMatchObject({ field: 'user_budget.day' });
    await accepted(30, { ...both, user_id: 'u2' });
    await accepted(100, { tenant_id: 't2' });
    expect((await refused(50, { ...both, budgets: [DAY], user_id: 'u3' }))!.fields[0]).toMatchObject({
      field: 'budget.day',
    });
  });

  test('what is free is accepted, also when everything is used up', async () => {
    await accepted(100);
    await accepted(0);
    expect((await refused(1))?.code).toBe('budget_exhausted');
  });

  test('a message without budgets costs the tables nothing', async () => {
    await scene.finished(await scene.inserted(), 0, USE);
    expect(await scene.run('SELECT 1 FROM budget_changes')).toEqual([]);
  });

  describe('what was reserved is given back', () => {
    const claimed = async () => {
      const id = await accepted(40);
      const claim = await scene.ledger.claim(id, 'w', LEASE_MS, plan());
      return { id, callId: claim.claimed ? claim.callId : null };
    };
    const end = (id: string, callId: string | null, status: 'failed' | 'cancelled', attempt = 1) =>
      scene.ledger.finish({
        id,
        attempt,
        status,
        error_code: 'x',
        error_message: 'x',
        dead: status === 'failed',
        call_id: callId,
        call_state: 'failed',
        content: null,
        provider: 'p',
        model: 'm',
        finish_reason: null,
        ...USE,
        worth: 3,
      });

    test.each(['failed', 'cancelled'] as const)(
      'by one that ended as %s, which pays what it used',
      async (status) => {
        const { id, callId } = await claimed();
        await end(id, callId, status);
        await end(id, callId, status);
        expect(await of()).toEqual({ used: 3, reserved: 0 });
      },
    );

    test('by one that expired', async () => {
      await accepted(40, { ttl_ms: 0 });
      await scene.run(`UPDATE messages SET expires_at = now() - interval '1 s'`);
      await scene.transitions.expire(10);
      expect(await of()).toEqual({ used: 0, reserved: 0 });
    });

    test('by one that was retried and sent on, which pays all of its calls', async () => {
      const { id, callId } = await claimed();
      const why = { error_code: 'x', error_message: 'x', call_id: callId };
      await scene.ledger.retry({ id, attempt: 1, delay_ms: 0, ...why, ...USE, worth: 2 });
      expect(await of()).toEqual({ used: 0, reserved: 40 });
      await scene.finished(id, 0, { ...USE, worth: 5 });
      expect(await of()).toEqual({ used: 7, reserved: 0 });
    });

    test('once: one that is requeued pays only what it uses then', async () => {
      const { id, callId } = await claimed();
      await end(id, callId, 'failed');
      await scene.run(
        `UPDATE messages SET status = 'pending', attempts_before = attempt, reserved = reserved * 0 WHERE id = $1`,
        id,
      );
      await scene.finished(id, 0, { ...USE, worth: 4 });
      expect(await of()).toEqual({ used: 7, reserved: 0 });
    });
  });

  test('a repeated request is answered as before, though the budget is used up', async () => {
    const row = priced(100, { idempotency_key: newId('msg'), fingerprint: 'f' });
    await scene.ledger.insert(row);
    expect(await scene.ledger.insert({ ...row, id: newId('msg') })).toMatchObject({
      isNew: false,
      id: row.id,
    });
    expect(await of()).toEqual({ used: 0, reserved: 100 });
  });

  test('of a batch is accepted what the budget bears', async () => {
    const rows = Array.from({ length: 30 }, () => priced(10));
    const done = await new MessageBatches(scene.database).insert(rows);
    expect([...done.keys()]).toEqual(rows.slice(0, 10).map(({ id }) => id));
    expect(await of()).toEqual({ used: 0, reserved: 100 });
  });

  test('a hundred at once through three processes never spend more than there is', async () => {
    const users = ['a', 'b', 'c', 'd', 'e'];
    const rows = Array.from({ length: 100 }, (_, i) =>
      priced(1 + (i % 7), { user_id: users[i % 5]!, budgets: [DAY, USER_DAY] }),
    );
    const done = await Promise.allSettled(rows.map((row, i) => ledgers[i % 3]!.insert(row)));
    const ids = rows.filter((_, i) => done[i]!.status === 'fulfilled');
    const reasons = done.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as AppError).code] : [],
    );
    expect(new Set(reasons)).toEqual(new Set(['budget_exhausted']));
    const sum = (some: readonly NewMessageRow[]) =>
      some.reduce((total, { reserved = 0 }) => total + reserved, 0);
    // It is full: of whatever still fits, the smallest was refused only for a want of room.
    expect(sum(ids)).toBeGreaterThan(100 - 7);
    expect(sum(ids)).toBeLessThanOrEqual(100);
    expect(await of()).toEqual({ used: 0, reserved: sum(ids) });
    for (const user of users) {
      const own = sum(ids.filter(({ user_id }) => user_id === user));
      expect(own).toBeLessThanOrEqual(30);
      expect(await of(USER_DAY, user)).toEqual({ used: 0, reserved: own });
    }
  });

  test('accepting and ending at once through three processes adds up, and leaves few changes behind', async () => {
    const budgets = [{ ...DAY, limit: 60 }];
    let [spent, refusals] = [0, 0];
    const client = async (n: number) => {
      for (let i = 0; i < 12; i += 1) {
        const row = priced(10, { budgets, user_id: `u${n % 4}` });
        const ledger = ledgers[n % 3]!;
        const ok = await ledger.insert(row).then(
          () => true,
          () => false,
        );
        refusals += ok ? 0 : 1;
        if (ok && i % 3 === 0) await ledger.cancel('t1', row.id);
        if (ok && i % 3 !== 0) await scene.finished(row.id, 0, { ...USE, worth: 0.1 });
        if (ok && i % 3 !== 0) spent += 1;
      }
    };
    await Promise.all(Array.from({ length: 24 }, (_, n) => client(n)));
    const { used, reserved } = await of();
    expect([reserved, refusals > 0]).toEqual([0, true]);
    expect(used).toBeCloseTo(spent / 10, 9);
    await accepted(1);
    const [changes] = await scene.run<{ n: number }>('SELECT count(*)::int AS n FROM budget_changes');
    expect(changes!.n).toBeLessThan(2 * 64 + 24);
    const rows = await scene.run<{ worth: string }>(
      'SELECT coalesce(sum(worth), 0) AS worth FROM provider_calls',
    );
    expect(Number(rows[0]!.worth)).toBeCloseTo(used, 9);
  });

  test('the sums of days long gone are forgotten', async () => {
    await scene.run(`INSERT INTO budget_use VALUES ('t1', '', 'day', now() - interval '70 days', 5, 0)`);
    await scene.run(`INSERT INTO budget_changes (tenant_id, user_id, day, used, reserved)
      SELECT 't1', 'u', now() - i * interval '1 day', 1, 0 FROM generate_series(0, 99) i`);
    await accepted(1);
    expect(await of()).toEqual({ used: 1, reserved: 1 });
    const [oldest] = await scene.run<{ days: number }>(
      `SELECT (now()::date - min(bucket)) AS days FROM budget_use`,
    );
    expect(oldest!.days).toBeLessThanOrEqual(62);
  });
}
