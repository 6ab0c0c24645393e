import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { USAGE_GROUPS, type UsageGroup, type UsageQuery, usageSchema } from '#contracts';
import { type Database } from '#database';
import { USE } from './call-use.conformance.js';
import { DAY_MS, LifeScene } from './life-scene.conformance.js';
import { type UsageReport, type UsageSum, UsageReader } from './usage-reader.js';

const YEAR = { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' };

/** What the ledger promises of the sums of usage, on whichever database. */
export function conformsToUsage(open: () => Promise<Database>): void {
  let scene: LifeScene;
  let reader: UsageReader;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
    reader = new UsageReader(scene.database);
  });
  beforeEach(async () => {
    await scene.clear();
    await scene.run('DELETE FROM usage_hours');
  });
  afterAll(() => scene.close());

  const of = (group: UsageGroup, more: object = {}, tenant = 't1') =>
    reader.of(
      tenant,
      usageSchema.parse({ ...(group !== 'hour' && YEAR), ...more, group_by: group }) as UsageQuery,
    );

  /** A call that began then, as deterministic as it looks random. */
  async function call(i: number, at: string, columns: Record<string, unknown> = {}): Promise<void> {
    const row: Record<string, unknown> = {
      id: `call_${i}`,
      tenant_id: 't1',
      user_id: `u${i % 3}`,
      message_id: `msg_${i}`,
      attempt: 1,
      provider: `p${i % 2}`,
      model: `m${i % 5}`,
      state: (['completed', 'failed', 'aborted', 'sent'] as const)[i % 4],
      ...(i % 4 < 3 && { ...USE, cost: i * 0.1, worth: i * 0.1, currency: i % 2 === 0 ? 'USD' : 'CNY' }),
      started_at: at,
      ...columns,
    };
    const names = Object.keys(row);
    const places = names.map((_, n) => `$${n + 1}`).join(', ');
    await scene.run(
      `INSERT INTO provider_calls (${names.join(', ')}) VALUES (${places})`,
      ...Object.values(row),
    );
  }

  const keys = ({ groups }: UsageReport) => [...groups.keys()].map(String).toSorted();

  test('nothing is nothing', async () => {
    expect(await of('day')).toEqual({
      groups: new Map(),
      hasMore: false,
      total: expect.objectContaining({ calls: 0 }),
    });
  });

  test('adds up exactly, by whatever it is asked for', async () => {
    for (let i = 0; i < 40; i += 1) await call(i, `2026-03-0${1 + (i % 2)}T0${i % 10}:59:59.999Z`);
    await call(99, '2026-03-01T00:00:00Z', { tenant_id: 't2' });
    for (const group of USAGE_GROUPS) {
      const { groups, total } = await of(group, { from: '2026-03-01T00:00:00Z', to: '2026-03-03T00:00:00Z' });
      expect(total).toMatchObject({
        calls: 40,
        failed: 20,
        unknown: 10,
        promptTokens: 300,
        cachedTokens: 120,
      });
      expect(
        Object.fromEntries(total.costs.map(({ currency, millionths }) => [currency, millionths])),
      ).toEqual({
        USD: 38,
        CNY: 19,
      });
      const sum = [...groups.values()].reduce((calls, each) => calls + each.calls, 0);
      expect(sum).toBe(40);
    }
    expect(keys(await of('day'))).toEqual(['2026-03-01', '2026-03-02']);
    expect(keys(await of('user'))).toEqual(['u0', 'u1', 'u2']);
    expect(keys(await of('provider'))).toEqual(['p0', 'p1']);
    expect(keys(await of('tenant'))).toEqual(['t1']);
    expect((await of('key')).groups.get('k1')).toMatchObject({ calls: 30 });
    const hours = await of('hour', { from: '2026-03-01T00:00:00Z', to: '2026-03-01T03:00:00Z' });
    expect(keys(hours)).toEqual(['2026-03-01T00:00:00Z', '2026-03-01T02:00:00Z']);
  });

  test('is of the tenant, the user and the provider that are asked for, and of no other time', async () => {
    for (let i = 0; i < 12; i += 1) await call(i, '2026-03-01T10:00:00Z');
    expect((await of('day', { user_id: 'u1' })).total.calls).toBe(4);
    expect((await of('day', { user_id: 'u1', provider: 'p1' })).total.calls).toBe(2);
    expect((await of('day', {}, 't2')).total.calls).toBe(0);
    const until = (to: string) => of('day', { from: '2026-03-01T00:00:00Z', to });
    expect((await until('2026-03-01T10:00:00Z')).total.calls).toBe(0);
    expect((await until('2026-03-01T10:00:01Z')).total.calls).toBe(12);
  });

  describe('of messages that are deleted', () => {
    const report = async () => {
      const to = new Date(Date.now() + DAY_MS).toISOString();
      const from = new Date(Date.now() - 20 * DAY_MS).toISOString();
      return Promise.all(USAGE_GROUPS.map((group) => of(group, { from, to })));
    };
    const sorted = (reports: readonly UsageReport[]) =>
      reports.map(({ groups, total }) => [...groups, ['total', total] as const].map(plain).toSorted());
    const plain = ([key, sum]: readonly [string | null, UsageSum]) =>
      JSON.stringify([
        key,
        { ...sum, costs: sum.costs.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)) },
      ]);

    test('every sum stays the same', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 30; i += 1) {
        const time = (Date.now() - 10 * DAY_MS).toString(16).padStart(12, '0');
        ids.push(await scene.inserted({ id: `msg_${time}${i}`, user_id: `u${i % 3}` }));
        await scene.finished(ids[i]!, 2 * DAY_MS, {
          ...USE,
          cost: i * 0.1,
          currency: i % 3 === 0 ? null : 'USD',
        });
      }
      await scene.run(
        `UPDATE provider_calls SET started_at = now() - (attempt + length(id)) * interval '1 h'`,
      );
      await scene.run(
        `UPDATE provider_calls SET started_at = now() - interval '5 d' WHERE message_id > $1`,
        ids[20],
      );
      const before = sorted(await report());
      expect(await scene.upkeep.deleteEnded(DAY_MS, 7)).toBe(7);
      expect(sorted(await report())).toEqual(before);
      while ((await scene.upkeep.deleteEnded(DAY_MS, 7)) > 0) expect(sorted(await report())).toEqual(before);
      expect(await scene.run('SELECT 1 FROM provider_calls')).toEqual([]);
    });
  });

  test('shows the thousand groups that cost most, and all of them in the total', async () => {
    await scene.run(`INSERT INTO provider_calls (id, tenant_id, user_id, message_id, attempt, provider, model, worth, started_at)
      SELECT 'call_' || i, 't1', 'u' || i, 'msg', 1, 'p', 'm', i, '2026-03-01' FROM generate_series(1, 1200) i`);
    const { groups, total, hasMore } = await of('user');
    expect([groups.size, hasMore, total.calls, groups.has('u1200'), groups.has('u1')]).toEqual([
      1_000,
      true,
      1_200,
      true,
      false,
    ]);
  });
}
