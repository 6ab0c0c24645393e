import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listDeliveriesSchema, newId } from '#contracts';
import { type Database } from '#database';
import { CallbackOutbox, type ClaimBounds, type DueDelivery } from './callback-outbox.js';
import { DeadLetterHooks } from './dead-letter-hooks.js';
import { DAY_MS, LEASE_MS, LifeScene } from './life-scene.conformance.js';
import { type NewMessageRow } from './sql/insert-messages.js';
import { WebhookDeliveries } from './webhook-deliveries.js';

const callbackTo = (origin: string) => ({ url: `${origin}/hook`, origin, token: 'secret' });
const CALLBACK = callbackTo('http://a.test');
const BOUNDS: ClaimBounds = { limit: 100, perOrigin: 100, origins: new Map(), leaseMs: 60_000 };

/** What the outbox of callbacks promises, on whichever database. */
export function conformsToCallbackOutbox(open: () => Promise<Database>): void {
  let scene: LifeScene;
  let outbox: CallbackOutbox;
  let deliveries: WebhookDeliveries;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
    outbox = new CallbackOutbox(scene.database);
    deliveries = new WebhookDeliveries(scene.source, scene.database);
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    await scene.clear();
    await scene.run('DELETE FROM callback_deliveries');
  });

  const inserted = (extra: Partial<NewMessageRow> = {}) => scene.inserted({ callback: CALLBACK, ...extra });
  const claim = (bounds: Partial<ClaimBounds> = {}, by = outbox) => by.claim({ ...BOUNDS, ...bounds });
  const take = async (due: DueDelivery) => outbox.settle(due, { state: 'delivered', status: 200 });
  const put = (due: DueDelivery, delayMs: number) =>
    outbox.settle(due, { state: 'pending', delayMs, status: 500, error: 'no' });
  /** Claims and takes until there is nothing more. */
  async function drained(): Promise<DueDelivery[]> {
    const all: DueDelivery[] = [];
    for (let due = await claim(); due.length > 0; due = await claim()) {
      all.push(...due);
      await Promise.all(due.map(take));
    }
    return all;
  }
  const eventsOf = async () => (await drained()).map(({ event, status }) => [event, status]);
  async function claimed(id: string): Promise<number> {
    const result = await scene.ledger.claim(id, 'w', LEASE_MS);
    if (!result.claimed) throw new Error(`not claimed: ${result.status}`);
    return result.message.attempt;
  }

  test('holds what happens to messages with a callback, and nothing of others', async () => {
    const id = await inserted();
    await scene.finished(id);
    await scene.finished(await scene.inserted());
    const due = await drained();
    expect(due).toMatchObject([
      { messageId: id, event: 'started', status: 'processing', progress: 0, reply: null, tries: 1 },
      {
        messageId: id,
        event: 'completed',
        status: 'completed',
        origin: 'http://a.test',
        callback: CALLBACK,
        reply: { content: 'hi', usage: { promptTokens: 1, completionTokens: 1 } },
        attempts: 1,
      },
    ]);
    expect(due[1]!.ranMs).toBeGreaterThanOrEqual(0);
    expect((await scene.reader.get('t1', id)).callback).toEqual({
      url: CALLBACK.url,
      hasToken: true,
      headerNames: [],
    });
  });

  test('holds every way in which a message ends', async () => {
    await scene.ledger.cancel('t1', await inserted());
    expect(await eventsOf()).toEqual([['failed', 'cancelled']]);

    const late = await inserted({ ttl_ms: 0 });
    await scene.transitions.expire(10);
    expect(await drained()).toMatchObject([
      { messageId: late, event: 'failed', status: 'timeout', failure: { code: 'expired' } },
    ]);
  });

  test('holds that a message is dead, for the tenant that wants to hear of it', async () => {
    const hooks = new DeadLetterHooks(scene.database);
    const expire = async (callback: NewMessageRow['callback']) => {
      const id = await inserted({ ttl_ms: 0, callback: callback ?? null });
      await scene.transitions.expire(10);
      return id;
    };
    await hooks.keep({ t1: 'http://ops.test/dead', another: 'http://other.test/' });
    const id = await expire(null);
    expect(await drained()).toMatchObject([
      {
        messageId: id,
        tenantId: 't1',
        event: 'dead',
        status: 'timeout',
        failure: { code: 'expired' },
        origin: 'http://ops.test',
        callback: { url: 'http://ops.test/dead' },
      },
    ]);
    // It waits for nothing that is told to somebody else.
    await expire(CALLBACK);
    expect((await claim()).map(({ event }) => event).toSorted()).toEqual(['dead', 'failed']);
    await scene.run('DELETE FROM callback_deliveries');
    await hooks.keep({ t1: 'http://new.test/' });
    await expire(null);
    expect((await drained()).map(({ origin }) => origin)).toEqual(['http://new.test']);
    await hooks.keep({});
    await expire(null);
    expect(await drained()).toEqual([]);
  });

  test('holds retries and what came of them, but each start only once', async () => {
    const id = await inserted();
    const attempt = await claimed(id);
    const row = { id, attempt, delay_ms: 0, error_code: 'provider_timeout', error_message: 'late' };
    await scene.ledger.retry({ ...row, call_id: null });
    await claimed(id);
    expect(await eventsOf()).toEqual([
      ['started', 'processing'],
      ['progress', 'retrying'],
    ]);
  });

  test('holds only the last of the progress that nobody has heard', async () => {
    const id = await inserted();
    const attempt = await claimed(id);
    for (const progress of [10, 10, 30, 20, 40])
      await scene.ledger.renew([{ id, attempt, progress }], LEASE_MS);
    const due = await drained();
    expect(due.map(({ event, progress }) => [event, progress])).toEqual([
      ['started', 0],
      ['progress', 40],
    ]);
    expect((await scene.reader.get('t1', id)).progress).toBe(40);
  });

  test('gives each delivery to one of those who ask at once', async () => {
    for (let i = 0; i < 40; i += 1) await scene.ledger.cancel('t1', await inserted());
    const others = Array.from({ length: 4 }, () => new CallbackOutbox(scene.database));
    const shares = await Promise.all(others.map((other) => claim({ limit: 10 }, other)));
    const ids = shares.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await claim();
    expect(ids.length + rest.length).toBe(40);
  });

  test('keeps the events of a message in their order, until one of them was tried often', async () => {
    const id = await inserted();
    await scene.finished(id);
    for (let i = 0; i < 4; i += 1) {
      const due = await claim();
      expect(due.map(({ event, tries }) => [event, tries])).toEqual([['started', i + 1]]);
      await put(due[0]!, i < 3 ? 0 : 60_000);
    }
    expect((await claim()).map(({ event }) => event)).toEqual(['completed']);
  });

  test('bounds what it gives, in all and for each destination', async () => {
    for (const origin of ['http://a.test', 'http://b.test', 'http://c.test'])
      for (let i = 0; i < 4; i += 1)
        await scene.ledger.cancel('t1', await inserted({ callback: callbackTo(origin) }));
    const origins = new Map([
      ['http://a.test', 0],
      ['http://b.test', 1],
    ]);
    const first = await claim({ perOrigin: 3, origins });
    const count = (due: DueDelivery[]) =>
      Object.fromEntries(
        [...Map.groupBy(due, ({ origin }) => origin)].map(([origin, all]) => [origin, all.length]),
      );
    expect(count(first)).toEqual({ 'http://b.test': 1, 'http://c.test': 3 });
    expect(await claim({ limit: 2 })).toHaveLength(2);
    expect(count(await claim())).toEqual(expect.objectContaining({ 'http://c.test': 1 }));
  });

  test('listens to nobody whose try was given up as lost', async () => {
    await scene.ledger.cancel('t1', await inserted());
    const [lost] = await claim({ leaseMs: 0 });
    const [again] = await claim();
    expect(again).toMatchObject({ id: lost!.id, attempts: 2 });
    expect(await take(lost!)).toBe(false);
    expect(await take(again!)).toBe(true);
    expect(await claim()).toEqual([]);
  });

  test('is seen by its tenant, and sends again what is asked for', async () => {
    const id = await inserted();
    await scene.ledger.cancel('t1', id);
    const [due] = await claim();
    await outbox.settle(due!, { state: 'failed', delayMs: 0, status: 410, error: 'gone' });
    const list = (query: object, tenant = 't1') => deliveries.list(tenant, listDeliveriesSchema.parse(query));
    expect((await list({ state: 'failed', task_id: id })).items).toMatchObject([
      { id: due!.id, event: 'failed', lastStatus: 410, lastError: 'gone', attempts: 1, tries: 1 },
    ]);
    expect((await list({ state: 'pending' })).items).toEqual([]);
    expect((await list({ task_id: newId('msg') })).items).toEqual([]);
    expect((await list({}, 't2')).items).toEqual([]);
    await expect(deliveries.redeliver('t2', due!.id)).rejects.toMatchObject({ code: 'delivery_not_found' });
    expect(await deliveries.redeliver('t1', due!.id)).toMatchObject({ state: 'pending', tries: 0 });
    expect(await claim()).toMatchObject([{ id: due!.id, attempts: 2, tries: 1 }]);
  });

  test('forgets what is over for long, and what belongs to deleted messages', async () => {
    await scene.ledger.cancel('t1', await inserted());
    await drained();
    expect(await outbox.deleteOld(DAY_MS, 10)).toBe(0);
    await scene.run(`UPDATE callback_deliveries SET created_at = now() - interval '2 days'`);
    expect(await outbox.deleteOld(DAY_MS, 10)).toBe(1);

    const time = (Date.now() - 3 * DAY_MS).toString(16).padStart(12, '0');
    const old = await inserted({ id: `msg_${time}${newId('msg').slice(16)}` });
    await scene.finished(old, 2 * DAY_MS);
    expect(await scene.upkeep.deleteEnded(DAY_MS, 10)).toBe(1);
    expect(await claim()).toEqual([]);
  });
}
