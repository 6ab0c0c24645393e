import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database } from '#database';
import { BacklogReader } from './backlog.js';
import { LEASE_MS, LifeScene } from './life-scene.conformance.js';

const CALLBACK = { url: 'http://a.test/hook', origin: 'http://a.test' };
const NOTHING = { count: 0, ageSeconds: 0 };

/** What is told of the work that waits, on whichever database. */
export function conformsToBacklog(open: () => Promise<Database>): void {
  let scene: LifeScene;
  let backlog: BacklogReader;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
    backlog = new BacklogReader(scene.database);
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    await scene.clear();
    await scene.run('DELETE FROM callback_deliveries');
  });

  /** As if it had been accepted so much earlier. */
  const age = (id: string, seconds: number) =>
    scene.run(`UPDATE messages SET created_at = created_at - interval '${seconds} s' WHERE id = '${id}'`);

  test('counts what has not started, with the age of the oldest of each band', async () => {
    expect(await backlog.messages(10)).toEqual({
      realtime: NOTHING,
      high: NOTHING,
      normal: NOTHING,
      low: NOTHING,
    });
    const [old, young, low] = [
      await scene.inserted({ priority: 2 }),
      await scene.inserted({ priority: 2 }),
      await scene.inserted({ priority: 4 }),
    ];
    await age(old, 90);
    await age(young, 30);
    const { high, low: last, normal } = await backlog.messages(10);
    expect(high.count).toBe(2);
    expect(high.ageSeconds).toBeGreaterThanOrEqual(90);
    expect(last).toMatchObject({ count: 1 });
    expect(last.ageSeconds).toBeLessThan(high.ageSeconds);
    expect(normal).toEqual(NOTHING);
    await scene.ledger.claim(old, 'w', LEASE_MS);
    await scene.ledger.claim(low, 'w', LEASE_MS);
    const later = await backlog.messages(10);
    expect([later.high.count, later.low]).toEqual([1, NOTHING]);
    expect(later.high.ageSeconds).toBeLessThan(90);
  });

  test('never reads more rows than it may', async () => {
    await Promise.all(Array.from({ length: 5 }, () => scene.inserted()));
    expect((await backlog.messages(3)).normal.count).toBe(3);
  });

  test('counts what is scheduled for later only once it has its turn', async () => {
    await scene.inserted({ delay_ms: 60_000 });
    expect((await backlog.messages(10)).normal).toEqual(NOTHING);
  });

  test('counts callbacks until they are delivered', async () => {
    expect(await backlog.callbacks(10)).toEqual(NOTHING);
    await scene.ledger.cancel('t1', await scene.inserted({ callback: CALLBACK }));
    await scene.run(`UPDATE callback_deliveries SET created_at = created_at - interval '60 s'`);
    const waiting = await backlog.callbacks(10);
    expect(waiting.count).toBe(1);
    expect(waiting.ageSeconds).toBeGreaterThanOrEqual(60);
    await scene.run(`UPDATE callback_deliveries SET state = 'delivered'`);
    expect(await backlog.callbacks(10)).toEqual(NOTHING);
  });
}
