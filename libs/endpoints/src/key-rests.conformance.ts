import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AppError, type KeyRest } from '#contracts';
import { type Database } from '#database';
import { eventually } from '#testing';
import { Bench, failure, keysOf, spec, type Worker } from './bench.conformance.js';
import { UpstreamLedger } from './upstream-ledger.js';

const ALL = ['key-1', 'key-2'];

/** What is promised of keys that no process may use, on whichever database. */
export function conformsToKeyRests(open: () => Promise<Database>): void {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open(await open())));
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  /** Calls with the first key, and how that ended. */
  const end = (
    worker: Worker,
    result: 'provider_unauthorized' | 'provider_quota_exhausted',
    retryAfterMs?: number,
  ) => {
    const pick = worker.upstreams.pick({ provider: 'openai', exclude: { keys: ['key-2'] } });
    if (!pick.available) throw new Error('no pick');
    pick.done({ result, retryAfterMs });
  };
  const stored = (count = 1) =>
    eventually(async () => {
      const { rests } = await bench.ledger.read();
      expect(rests).toHaveLength(count);
      return rests;
    });

  describe('a key that is refused', () => {
    test('is used by no process, whether it heard of it or not', async () => {
      const [one, other] = [await bench.worker(), await bench.worker()];
      end(one, 'provider_unauthorized');
      expect(keysOf(one)).toEqual(['key-2']);
      const [told] = bench.told('upstreams.rest');
      expect(told).toMatchObject({
        provider: 'openai',
        key: 'key-1',
        reason: 'provider_unauthorized',
        forMs: null,
      });
      await stored();
      expect(keysOf(other)).toEqual(ALL);
      await other.sync.refresh();
      expect(keysOf(other)).toEqual(['key-2']);
      expect(keysOf(await bench.worker())).toEqual(['key-2']);
      expect((await bench.desk.show('openai')).keys).toMatchObject([
        { id: 'key-1', reason: 'provider_unauthorized', forMs: null },
        { id: 'key-2', reason: null },
      ]);
    });

    test('is used everywhere once it is put back, and may be refused again', async () => {
      const [one, other] = [await bench.worker(), await bench.worker()];
      for (let i = 0; i < 3; i += 1) {
        end(one, 'provider_unauthorized');
        // Its row is there since the first time, and says that it was put back.
        await eventually(async () => expect(await stored()).toMatchObject([{ forMs: null }]));
        await other.sync.refresh();
        expect([keysOf(one), keysOf(other)]).toEqual([['key-2'], ['key-2']]);
        await bench.desk.putBack('openai', 'key-1');
        for (const worker of [one, other]) await worker.sync.refresh();
        expect([keysOf(one), keysOf(other)]).toEqual([ALL, ALL]);
      }
      expect(bench.told<KeyRest>('upstreams.rest').at(-1)).toMatchObject({ key: 'key-1', forMs: 0 });
      expect((await bench.desk.show('openai')).keys[0]).toMatchObject({ reason: null });
      expect(keysOf(await bench.worker())).toEqual(ALL);
    });

    test('is used again when its secret has been changed', async () => {
      const one = await bench.worker();
      end(one, 'provider_unauthorized');
      await stored();
      bench.specs.all = [spec('openai', ['sk-new', 'sk-2'])];
      await one.sync.refresh();
      expect(keysOf(one)).toEqual(ALL);
      expect(keysOf(await bench.worker())).toEqual(ALL);
      expect((await bench.desk.show('openai')).keys[0]).toMatchObject({ reason: null });
    });

    test('says nothing of its secret to anybody', async () => {
      end(await bench.worker(), 'provider_unauthorized');
      expect(JSON.stringify([await stored(), bench.published])).not.toMatch(/sk-1/);
    });

    test('must be one that there is', async () => {
      expect(await failure(bench.desk.putBack('openai', 'nobody'))).toBe('key_not_found');
      expect(await failure(bench.desk.putBack('nobody', 'key-1'))).toBe('provider_unknown');
    });
  });

  describe('a key whose quota is used up', () => {
    test('rests for as long as it takes, in processes that start later, too', async () => {
      const one = await bench.worker();
      end(one, 'provider_quota_exhausted', 3_600_000);
      const [rest] = await stored();
      expect(rest!.forMs).toBeGreaterThan(3_590_000);
      expect(rest!.forMs).toBeLessThanOrEqual(3_600_001);
      expect(keysOf(await bench.worker())).toEqual(['key-2']);
    });

    test('is not read any more once its time is over', async () => {
      end(await bench.worker(), 'provider_quota_exhausted', 3_600_000);
      await stored();
      await bench.database.pool.query(`UPDATE key_rests SET until = now() - interval '1 s'`);
      await stored(0);
      expect(keysOf(await bench.worker())).toEqual(ALL);
    });

    test('rests as long as the longest that was said', async () => {
      const base = {
        provider: 'openai',
        key: 'k',
        endpoint: '',
        digest: 'd',
        reason: 'provider_quota_exhausted',
      } as const;
      const restOf = async (...times: (number | null)[]) => {
        for (const forMs of times) await bench.ledger.rest({ ...base, forMs });
        const [rest] = await stored();
        return rest!.forMs === null ? null : Math.round(rest!.forMs / 100_000);
      };
      expect(await restOf(500_000, 100_000)).toBe(5);
      expect(await restOf(900_000)).toBe(9);
      expect(await restOf(null, 100_000)).toBeNull();
      await bench.ledger.putBack('openai', 'k');
      expect(await restOf(100_000)).toBe(1);
      await bench.ledger.rest({ ...base, forMs: null });
      expect(await restOf()).toBeNull();
      await bench.ledger.rest({ ...base, digest: 'another', forMs: 200_000 });
      expect(await restOf()).toBe(2);
    });

    test('is told to the ledger as soon as that is there again', async () => {
      let isAway = true;
      class Away extends UpstreamLedger {
        override rest(rest: KeyRest): Promise<string> {
          if (isAway) throw new AppError('database_unavailable', 'away');
          return super.rest(rest);
        }
      }
      const one = await bench.worker(new Away(bench.database));
      end(one, 'provider_unauthorized');
      expect(await failure(one.sync.refresh())).toBe('database_unavailable');
      expect(keysOf(one)).toEqual(['key-2']);
      isAway = false;
      await one.sync.refresh();
      await stored();
      expect(keysOf(one)).toEqual(['key-2']);
    });
  });
}
