import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listDeadLettersSchema } from '#contracts';
import { type Database } from '#database';
import { DAY_MS, DeadLetterScene } from './dead-letter-scene.conformance.js';
import { type RunningRedrive } from './redrives.js';

/** What the ledger promises of redrives. */
export function conformsToRedrives(open: () => Promise<Database>): void {
  let scene: DeadLetterScene;

  beforeAll(async () => {
    scene = await DeadLetterScene.open(await open());
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.clear());

  const ids = async (order: 'asc' | 'desc' = 'desc') =>
    (await scene.letters.list('t1', listDeadLettersSchema.parse({ order }))).items.map(({ id }) => id);

  const started = async (filter = {}, rate = 100) => {
    const { id } = await scene.redrives.create('t1', filter, rate, 'ops');
    const running = await scene.redrives.running(10);
    return running.find((each) => each.id === id)!;
  };
  /** Lets it look as if so much time had passed since its last step. */
  const rest = (id: string, ms: number) =>
    scene.run(`UPDATE redrives SET paced_at = now() - $2 * interval '1 ms' WHERE id = $1`, [id, ms]);

  /** Takes steps until it has ended; answers with how many each has requeued. */
  async function redrive(running: RunningRedrive, batch: number): Promise<number[]> {
    const counts: number[] = [];
    for (let now = running; now.state === 'running';) {
      await rest(now.id, 60_000);
      const step = await scene.redrives.step(now, batch, 60_000);
      counts.push(step!.requeued.length);
      now = step!.redrive;
    }
    return counts;
  }

  test('a redrive requeues what its filter means, a part at a time, and nothing that fails later', async () => {
    const mine = [
      await scene.dead({ user_id: 'ada' }),
      await scene.dead({ user_id: 'ada' }),
      await scene.dead({ user_id: 'ada' }),
    ];
    const other = await scene.dead({ user_id: 'bob' });
    const foreign = await scene.dead({ user_id: 'ada', tenant_id: 't2' });
    const running = await started({ user_id: 'ada' });
    expect(running).toMatchObject({ state: 'running', total: 3, requeued: 0, requestedBy: 'ops' });
    const late = await scene.dead({ user_id: 'ada' });
    await scene.age(late, -1_000);
    expect(await redrive(running, 2)).toEqual([2, 1]);
    expect(await scene.redrives.get('t1', running.id)).toMatchObject({
      state: 'done',
      requeued: 3,
      skipped: 0,
      finishedAt: expect.any(Date),
    });
    for (const id of mine) expect(await scene.statusOf(id)).toBe('pending');
    expect(await ids('asc')).toEqual([other, late]);
    expect((await scene.letters.get('t2', foreign)).id).toBe(foreign);
    const { items } = await scene.audits.list('t1', { limit: 9, redrive_id: running.id });
    expect(items.map(({ messageId, by }) => [messageId, by])).toEqual(
      mine.toReversed().map((id) => [id, 'ops']),
    );
  });

  test('a redrive keeps to its rate, counted in the ledger', async () => {
    for (let i = 0; i < 8; i += 1) await scene.dead();
    const running = await started({}, 1);
    await rest(running.id, 0);
    expect(await scene.redrives.step(running, 100, 1_000)).toBeUndefined();
    await rest(running.id, 3_100);
    const first = (await scene.redrives.step(running, 100, 10_000))!;
    expect(first.requeued).toHaveLength(3);
    expect(await scene.redrives.step(first.redrive, 100, 10_000)).toBeUndefined();
    // A long rest is worth no more than the burst.
    await rest(running.id, 60_000);
    const second = (await scene.redrives.step(first.redrive, 100, 2_000))!;
    expect(second.requeued).toHaveLength(2);
    expect(second.redrive).toMatchObject({ requeued: 5, state: 'running' });
  });

  test('two leaders at once take each step once', async () => {
    const all = [];
    for (let i = 0; i < 6; i += 1) all.push(await scene.dead());
    const running = await started();
    await rest(running.id, 60_000);
    const steps = await Promise.all([1, 2, 3, 4].map(() => scene.redrives.step(running, 2, 60_000)));
    const taken = steps.filter((step) => step !== undefined);
    expect(taken).toHaveLength(1);
    expect(taken[0]!.requeued).toHaveLength(2);
    expect(await redrive(taken[0]!.redrive, 2)).toEqual([2, 2, 0]);
  });

  test('a stopped redrive requeues nothing more; only one runs for each tenant', async () => {
    for (let i = 0; i < 3; i += 1) await scene.dead();
    await scene.dead({ tenant_id: 't2' });
    const running = await started();
    await expect(scene.redrives.create('t1', {}, 1, 'x')).rejects.toMatchObject({ code: 'redrive_running' });
    expect(await scene.redrives.create('t2', {}, 1, 'x')).toMatchObject({ state: 'running', total: 1 });
    await rest(running.id, 60_000);
    const step = await scene.redrives.step(running, 1, 60_000);
    await expect(scene.redrives.stop('t2', running.id, 'x')).rejects.toMatchObject({
      code: 'redrive_not_found',
    });
    const stopped = await scene.redrives.stop('t1', running.id, 'boss');
    expect(stopped).toMatchObject({ state: 'stopped', stoppedBy: 'boss', requeued: 1 });
    await rest(running.id, 60_000);
    expect(await scene.redrives.step(step!.redrive, 100, 60_000)).toBeUndefined();
    expect(await ids()).toHaveLength(2);
    expect(await scene.redrives.stop('t1', running.id, 'other')).toEqual(stopped);
    expect(await scene.redrives.create('t1', { older_than: DAY_MS }, 1, 'x')).toMatchObject({
      state: 'done',
      total: 0,
    });
    const page = await scene.redrives.list('t1', { order: 'desc' });
    expect(page.items.map(({ state }) => state)).toEqual(['done', 'stopped']);
  });

  test('a redrive skips what its conversation does not take, and does not come back to it', async () => {
    const conv = await scene.conversation('skip');
    const closed = await scene.dead({ conversation_id: conv });
    const open = await scene.dead();
    await scene.run(`UPDATE conversations SET state = 'completed' WHERE id = $1`, [conv]);
    expect(await redrive(await started(), 1)).toEqual([0, 1, 0]);
    expect((await scene.redrives.list('t1', { order: 'desc' })).items).toMatchObject([
      { requeued: 1, skipped: 1 },
    ]);
    expect(await ids()).toEqual([closed]);
    expect(await scene.statusOf(open)).toBe('pending');
  });

  test('many turns of one conversation keep their order', async () => {
    const conv = await scene.conversation('skip');
    const turns = [];
    for (let i = 0; i < 4; i += 1) turns.push(await scene.dead({ conversation_id: conv }));
    const last = await scene.inserted({ conversation_id: conv });
    expect(await redrive(await started(), 100)).toEqual([4]);
    expect(await Promise.all(turns.map((id) => scene.turnOf(id)))).toEqual([6, 7, 8, 9]);
    expect(await scene.next(conv)).toBe(last);
  });
}
