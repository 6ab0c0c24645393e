import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ListDeadLetters, listDeadLettersSchema } from '#contracts';
import { type Database } from '#database';
import { DAY_MS, DeadLetterScene } from './dead-letter-scene.conformance.js';

/** What the ledger promises of dead letters. */
export function conformsToDeadLetters(open: () => Promise<Database>): void {
  let scene: DeadLetterScene;

  beforeAll(async () => {
    scene = await DeadLetterScene.open(await open());
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.clear());

  const listed = (query: Partial<Record<keyof ListDeadLetters, unknown>> = {}) =>
    scene.letters.list('t1', listDeadLettersSchema.parse(query));
  const ids = async (query: Parameters<typeof listed>[0] = {}) =>
    (await listed(query)).items.map(({ id }) => id);

  test('a dead letter says why, and only its tenant sees it', async () => {
    const id = await scene.dead({ priority: 2, lane: 'openai', user_id: 'ada' });
    expect(await scene.letters.get('t1', id)).toEqual({
      id,
      tenantId: 't1',
      userId: 'ada',
      conversationId: null,
      priority: 'high',
      lane: 'openai',
      code: 'provider_rejected',
      reason: 'no',
      attempts: 1,
      failedAt: expect.any(Date),
    });
    await expect(scene.letters.get('t2', id)).rejects.toMatchObject({ code: 'dead_letter_not_found' });
    expect((await scene.letters.list('t2', listDeadLettersSchema.parse({}))).items).toEqual([]);
  });

  test('are found by every filter, page by page', async () => {
    const conv = await scene.conversation('skip');
    const a = await scene.dead({ priority: 1, user_id: 'ada', code: 'worker_lost' });
    const b = await scene.dead({ lane: 'openai', conversation_id: conv });
    const c = await scene.dead({ user_id: 'ada' });
    await scene.age(a, DAY_MS);
    await scene.age(b, 3_600_000);
    expect(await ids()).toEqual([c, b, a]);
    expect(await ids({ order: 'asc', limit: 2 })).toEqual([a, b]);
    const { next: cursor } = await listed({ limit: 2 });
    expect(await ids({ limit: 2, after: cursor })).toEqual([a]);
    expect(await ids({ priority: 'realtime' })).toEqual([a]);
    expect(await ids({ code: 'worker_lost' })).toEqual([a]);
    expect(await ids({ user_id: 'ada' })).toEqual([c, a]);
    expect(await ids({ conversation_id: conv })).toEqual([b]);
    expect(await ids({ provider: 'openai' })).toEqual([b]);
    expect(await ids({ older_than: '10m' })).toEqual([b, a]);
    expect(await ids({ older_than: '10m', newer_than: '2h' })).toEqual([b]);
    expect(await scene.letters.counts(100)).toEqual({ realtime: 1, high: 0, normal: 2, low: 0 });
  });

  test('requeued, a message waits as if it were new, behind its fence, with a fresh time limit', async () => {
    const id = await scene.inserted({ ttl_ms: 60_000 });
    await scene.run(`UPDATE messages SET retry_count = 3, worker_losses = 2, attempt = 4 WHERE id = $1`, [
      id,
    ]);
    await scene.fails(id, 'provider_timeout', 'half an answer');
    await scene.run(
      `UPDATE messages SET cancel_requested = true, created_at = now() - interval '1 h',
              expires_at = now() - interval '59 minutes' WHERE id = $1`,
      [id],
    );
    expect(await scene.letters.requeue('t1', id, 'ops')).toEqual({ id, attempt: 5 });
    const message = await scene.reader.get('t1', id);
    expect(message).toMatchObject({
      status: 'pending',
      attempt: 5,
      attemptsBefore: 5,
      retryCount: 0,
      failure: null,
      reply: null,
      startedAt: null,
      completedAt: null,
    });
    expect(message.expiresAt!.getTime() - message.scheduledAt!.getTime()).toBe(60_000);
    const [head] = await scene.schedule.heads([id]);
    expect(head!.sinceMs).toBeGreaterThan(Date.now() - 30_000);
    expect(await scene.ends(id, 5)).toBe(false);
    expect(await scene.claimed(id)).toBe(6);
    expect(await scene.ends(id, 6)).toBe(true);
    expect((await scene.reader.get('t1', id)).reply?.content).toBe('hi');
    expect(await ids()).toEqual([]);
  });

  test('a message that never ran begins with its second attempt, since its stream has ended once', async () => {
    const id = await scene.inserted();
    await scene.run(`UPDATE messages SET status = 'timeout', completed_at = now() WHERE id = $1`, [id]);
    await scene.run(
      `INSERT INTO dead_letters (message_id, tenant_id, user_id, priority, lane, code, reason, attempts)
       VALUES ($1, 't1', 'u', 3, 'simulator', 'expired', 'late', 0)`,
      [id],
    );
    expect(await scene.letters.requeue('t1', id, 'ops')).toEqual({ id, attempt: 1 });
    expect(await scene.claimed(id)).toBe(2);
  });

  test('is requeued or deleted once, by its tenant only, and written down', async () => {
    const [one, two] = [await scene.dead(), await scene.dead({ user_id: 'ada' })];
    await expect(scene.letters.requeue('t2', one, 'x')).rejects.toMatchObject({
      code: 'dead_letter_not_found',
    });
    await expect(scene.letters.delete('t2', one, 'x')).rejects.toMatchObject({
      code: 'dead_letter_not_found',
    });
    const results = await Promise.allSettled([1, 2, 3].map(() => scene.letters.requeue('t1', one, 'ops')));
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await scene.letters.delete('t1', two, 'boss')).toEqual({ id: two, conversationId: null });
    await expect(scene.letters.delete('t1', two, 'boss')).rejects.toMatchObject({
      code: 'dead_letter_not_found',
    });
    expect(await scene.statusOf(two)).toBe('failed');

    const all = { limit: 1 };
    const page = await scene.audits.list('t1', all);
    expect(page.items).toMatchObject([{ messageId: two, action: 'deleted', by: 'boss', userId: 'ada' }]);
    const older = await scene.audits.list('t1', { ...all, after: page.next! });
    expect(older).toMatchObject({
      items: [{ messageId: one, action: 'requeued', by: 'ops', code: 'provider_rejected', redriveId: null }],
      next: null,
    });
    expect((await scene.audits.list('t1', { ...all, message_id: one })).items).toHaveLength(1);
    expect((await scene.audits.list('t2', all)).items).toEqual([]);
    await scene.audits.forget(-60_000, 1);
    expect((await scene.audits.list('t1', { limit: 9 })).items).toMatchObject([{ messageId: two }]);
  });

  test('old ones are deleted a part at a time, and their messages stay', async () => {
    const [a, b, c] = [await scene.dead(), await scene.dead(), await scene.dead()];
    await scene.age(a, 3 * DAY_MS);
    await scene.age(b, 2 * DAY_MS);
    expect(await scene.letters.deleteOld(DAY_MS, 1)).toEqual([{ id: a, conversationId: null }]);
    expect(await scene.letters.deleteOld(DAY_MS, 9)).toEqual([{ id: b, conversationId: null }]);
    expect(await scene.letters.deleteOld(DAY_MS, 9)).toEqual([]);
    expect(await ids()).toEqual([c]);
    expect((await scene.audits.list('t1', { limit: 9 })).items).toMatchObject([
      { messageId: b, action: 'expired', by: null },
      { messageId: a, action: 'expired', by: null },
    ]);
    expect(await scene.statusOf(a)).toBe('failed');
  });
}
