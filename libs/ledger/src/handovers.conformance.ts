import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type MessageStatus } from '#contracts';
import { type Database } from '#database';
import { type Handover } from './handover.js';
import { DAY_MS, LEASE_MS, LifeScene, rowOf } from './life-scene.conformance.js';
import { MessageBatches } from './message-batches.js';
import { type NewMessageRow } from './sql/insert-messages.js';

/** What the ledger promises of messages that are on their way into the schedule together, on whichever database. */
export function conformsToHandovers(open: () => Promise<Database>): void {
  let scene: LifeScene;
  let batches: MessageBatches;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
    batches = new MessageBatches(scene.database);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  interface OnTheWay {
    readonly id: string;
    readonly handover: Handover | undefined;
  }

  /** By one commit, in the order of their ids. */
  async function together(...extras: readonly Partial<NewMessageRow>[]): Promise<OnTheWay[]> {
    const inserted = await batches.insert(extras.map(rowOf));
    return [...inserted.values()]
      .map(({ id, handover }) => ({ id, handover: handover ?? undefined }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
  const handovers = async () =>
    (await scene.run<{ n: number }>('SELECT count(*)::int AS n FROM handovers'))[0]!.n;
  const missing = async () => (await scene.schedule.unscheduled(-1_000, 10)).map(({ id }) => id);
  const statuses = (messages: readonly OnTheWay[]) =>
    Promise.all(messages.map(({ id }) => scene.statusOf(id)));
  const listed = async (status?: MessageStatus) =>
    (await scene.reader.list('t1', { status, sort: 'created_at', order: 'asc', limit: 10 })).items.map(
      (message) => [message.id, message.status],
    );

  test('ends when all of them are in the schedule, and until then they are pending', async () => {
    const [first, second] = await together({}, {});
    expect(first!.handover).toBe(second!.handover);
    await scene.schedule.enqueued([first!]);
    expect(await statuses([first!, second!])).toEqual(['pending', 'pending']);
    await scene.schedule.enqueued([second!]);
    expect(await handovers()).toBe(0);
    expect(await statuses([first!, second!])).toEqual(['queued', 'queued']);
    expect(await missing()).toEqual([]);
  });

  test('is shown in lists, and by what they are filtered', async () => {
    const arrived = await together({});
    await scene.schedule.enqueued(arrived);
    const [onTheWay] = await together({});
    const [queued, pending] = [
      [arrived[0]!.id, 'queued'],
      [onTheWay!.id, 'pending'],
    ];
    expect(await listed()).toEqual([queued, pending]);
    expect(await listed('queued')).toEqual([queued]);
    expect(await listed('pending')).toEqual([pending]);
  });

  test('that nobody ends is given up: what still waits of it is missing in the schedule, once', async () => {
    const [, claimed, cancelled, lost] = await together({}, {}, {}, { priority: 1 });
    const [whole] = await together({});
    await scene.ledger.claim(claimed!.id, 'w', LEASE_MS);
    await scene.ledger.cancel('t1', cancelled!.id);
    await scene.schedule.enqueued([whole!]);
    const found = await missing();
    expect(found[0]).toBe(lost!.id);
    expect(found).toHaveLength(2);
    expect(found).not.toContain(whole!.id);
    expect(await handovers()).toBe(0);
    await scene.schedule.enqueued(found.map((id) => ({ id })));
    expect(await missing()).toEqual([]);
    expect(await scene.statusOf(lost!.id)).toBe('queued');
  });

  test('that is younger than the grace is left alone', async () => {
    const [message] = await together({});
    expect(await scene.schedule.unscheduled(60_000, 10)).toEqual([]);
    expect(await handovers()).toBe(1);
    await scene.schedule.enqueued([message!]);
  });

  test('is given up as far as there is room, the oldest first', async () => {
    const [old] = await together({});
    for (let i = 0; i < 3; i += 1) await together({});
    const found = await scene.schedule.unscheduled(-1_000, 1);
    expect(found.map(({ id }) => id)).toEqual([old!.id]);
    expect(await handovers()).toBe(3);
    expect(await scene.schedule.unscheduled(-1_000, 10)).toHaveLength(4);
  });

  test('those of which all messages have run hide nothing that comes after them', async () => {
    for (let i = 0; i < 3; i += 1) {
      const [ran] = await together({});
      await scene.ledger.claim(ran!.id, 'w', LEASE_MS);
    }
    const [lost] = await together({});
    expect((await scene.schedule.unscheduled(-1_000, 1)).map(({ id }) => id)).toEqual([lost!.id]);
  });

  test('has no turn of a conversation, and nothing that is due later', async () => {
    const conversation_id = await scene.conversation();
    const all = await together({ conversation_id }, { delay_ms: DAY_MS });
    expect(all.map(({ handover }) => handover)).toEqual([undefined, undefined]);
    expect(await handovers()).toBe(0);
  });

  test('takes along what is committed with turns and with what is due later', async () => {
    const conversation_id = await scene.conversation();
    const all = await together({}, { conversation_id }, { idempotency_key: 'k' }, { delay_ms: DAY_MS });
    const [free, turn, keyed, later] = all;
    expect([turn!.handover, later!.handover]).toEqual([undefined, undefined]);
    expect(free!.handover).toBe(keyed!.handover);
    await scene.schedule.enqueued([free!, keyed!]);
    expect(await statuses(all)).toEqual(['queued', 'pending', 'queued', 'scheduled']);
    expect(await handovers()).toBe(0);
  });

  test('of messages with nothing to look up is answered with what their rows say', async () => {
    const row = rowOf({ ttl_ms: 12_345, fingerprint: 'f', options: { task_type: 't' } });
    const inserted = (await batches.insert([row])).get(row.id)!;
    const [stored] = await scene.run<{ created_at: Date; expires_at: Date; fingerprint: string }>(
      'SELECT created_at, expires_at, fingerprint FROM messages WHERE id = $1',
      row.id,
    );
    const { created_at, expires_at } = inserted;
    expect({ created_at, expires_at, fingerprint: 'f' }).toEqual(stored);
    expect(await scene.reader.get('t1', row.id)).toMatchObject({
      content: row.content,
      metadata: row.metadata,
      targets: [],
      options: { task_type: 't' },
      status: 'pending',
    });
  });

  test('a schedule that has lost everything ends it', async () => {
    const [message] = await together({});
    await scene.schedule.forgetEnqueued();
    await scene.schedule.enqueued([message!]);
    expect(await missing()).toEqual([message!.id]);
  });
}
