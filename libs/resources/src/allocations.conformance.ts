import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listAllocationsSchema } from '#contracts';
import { type Database } from '#database';
import { Metrics } from '#observability';
import { eventually } from '#testing';
import { AllocationLedger } from './allocation-ledger.js';
import { AllocationSweep } from './allocation-sweep.js';
import { type Allocations } from './allocations.js';
import {
  Bench,
  failure,
  MAX_ALLOCATIONS,
  MAX_WAITING,
  noLog,
  STAYS,
  wanted,
  wish,
} from './bench.conformance.js';

/** What allocations promise, on whichever database. */
export function conformsToAllocations(open: () => Promise<Database>): void {
  let bench: Bench;
  /** In another process. */
  let elsewhere: Allocations;
  beforeAll(async () => {
    bench = await Bench.open(await open());
    elsewhere = bench.openAllocations();
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  describe('allocations', () => {
    test('take the lowest load of those that have type, capabilities and room', async () => {
      await bench.register({ id: 'other', type: 'gpt' });
      await bench.register({ id: 'plain' });
      await bench.register({ id: 'small', capabilities: ['vision'], capacity: { gpu: 1, memory: 8 } });
      await bench.register({
        id: 'loaded',
        capabilities: ['vision', 'tools'],
        capacity: { gpu: 8, memory: 80 },
      });
      await bench.register({
        id: 'free',
        capabilities: ['tools', 'vision'],
        capacity: { gpu: 4, memory: 64 },
      });
      await bench.beat('loaded', { used: { gpu: 4, memory: 40 } });
      const needs = { capabilities: ['vision'], requirements: { gpu: 2, memory: 16 } };
      const given = await bench.allocate({
        ...needs,
        request_id: 'mine',
        metadata: { a: 1 },
        timeout: '90s',
      });
      expect(given).toEqual({
        requestId: 'mine',
        resourceId: 'free',
        endpoint: '',
        modelType: 'llama',
        requirements: { gpu: 2, memory: 16 },
        capabilities: ['vision'],
        priority: 'normal',
        metadata: { a: 1 },
        allocatedAt: expect.any(Date),
        expiresAt: new Date(given.allocatedAt.getTime() + 90_000),
        token: expect.stringMatching(/^[\w-]{43}$/),
      });
      expect(await bench.resources.get('free')).toMatchObject({
        used: { gpu: 2, memory: 16 },
        load: (2 / 4 + 16 / 64) / 2,
        allocations: 1,
      });
      expect((await bench.allocate({ ...needs, requirements: { gpu: 3 } })).resourceId).toBe('loaded');
      expect(await failure(bench.allocate({ ...needs, requirements: { gpu: 3 } }))).toBe('capacity_exceeded');
      expect((await bench.allocate({ requirements: {}, capabilities: [] })).resourceId).toBe('plain');
    });

    test('fill a resource to its last unit, and busy it is from nine tenths on', async () => {
      await bench.register({ id: 'r', capacity: { gpu: 20 } });
      for (let i = 0; i < 18; i += 1) await bench.allocate();
      expect(await bench.resources.get('r')).toMatchObject({ status: 'available', load: 0.9 });
      await bench.allocate();
      expect(await bench.resources.get('r')).toMatchObject({ status: 'busy', load: 0.95 });
      const last = await bench.allocate();
      expect(await failure(bench.allocate())).toBe('capacity_exceeded');
      await bench.release(last);
      expect(await failure(bench.allocate())).toBe('no error');
    });

    test('never add up to more than there is, however many come at once', async () => {
      const capacities = [10, 7, 13, 1];
      for (const [i, gpu] of capacities.entries()) await bench.register({ id: `r${i}`, capacity: { gpu } });
      const ledgers = [
        new AllocationLedger(bench.database, bench.settings),
        new AllocationLedger(bench.database, bench.settings),
      ];
      const crowd = Array.from({ length: 120 }, (_, i) => ledgers[i % 2]!.take(wanted(`a${i}`, wish())));
      const given = (await Promise.all(crowd)).filter((grant) => grant !== undefined);
      expect(given).toHaveLength(31);
      for (const [i, gpu] of capacities.entries())
        expect(await bench.resources.get(`r${i}`)).toMatchObject({
          used: { gpu },
          allocations: gpu,
          load: 1,
        });
    });

    test('and releases at the same time lose nothing', async () => {
      await bench.register({ id: 'a', capacity: { gpu: 6 } });
      await bench.register({ id: 'b', capacity: { gpu: 6 } });
      let served = 0;
      const worker = async (by?: Allocations) => {
        for (let i = 0; i < 10; i += 1) {
          const given = await bench.allocate({ requirements: { gpu: 2 } }, by).catch(() => undefined);
          expect(await bench.run(`SELECT id FROM resources WHERE (used->>'gpu')::int > 6`)).toEqual([]);
          if (given) await bench.release(given, by);
          if (given) served += 1;
        }
      };
      await Promise.all(Array.from({ length: 12 }, (_, i) => worker(i % 2 ? undefined : elsewhere)));
      expect(served).toBeGreaterThan(10);
      for (const id of ['a', 'b'])
        expect(await bench.resources.get(id)).toMatchObject({ used: { gpu: 0 }, allocations: 0, load: 0 });
    });

    test('of nothing at all are bounded too', async () => {
      await bench.register({ id: 'r', capacity: {} });
      const crowd = Array.from({ length: 30 }, () => failure(bench.allocate({ requirements: {} })));
      const codes = await Promise.all(crowd);
      expect(codes.filter((code) => code === 'no error')).toHaveLength(MAX_ALLOCATIONS);
    });

    test('are released once, by whoever has the token, in their own tenant', async () => {
      await bench.register({ id: 'r', used: { gpu: 1 } });
      const given = await bench.allocate({ requirements: { gpu: 3 } });
      const { requestId, token } = given;
      expect(await failure(bench.allocations.release('t1', requestId, `${token}x`))).toBe('forbidden');
      expect(await failure(bench.allocations.release('t2', requestId, token))).toBe('allocation_not_found');
      expect(await bench.resources.get('r')).toMatchObject({ used: { gpu: 4 } });
      const twice = await Promise.all([
        failure(bench.release(given)),
        failure(bench.release(given, elsewhere)),
      ]);
      expect(twice.toSorted()).toEqual(['allocation_not_found', 'no error']);
      expect(await bench.resources.get('r')).toMatchObject({ used: { gpu: 1 }, load: 0.25, allocations: 0 });
    });

    test('keep no token, and list none', async () => {
      await bench.register({ id: 'r' });
      const { token, requestId } = await bench.allocate();
      const [stored] = await bench.run('SELECT * FROM resource_allocations');
      expect(JSON.stringify(stored)).not.toContain(token);
      const listed = await bench.allocations.list('t1', listAllocationsSchema.parse({}));
      expect(listed.items).toMatchObject([{ requestId, resourceId: 'r' }]);
      expect(JSON.stringify(listed)).not.toMatch(/token|digest/i);
      expect((await bench.allocations.list('t2', listAllocationsSchema.parse({}))).items).toEqual([]);
    });

    test('have names of their own within a tenant', async () => {
      await bench.register({ id: 'r' });
      await bench.allocate({ request_id: 'x' });
      expect(await failure(bench.allocate({ request_id: 'x' }))).toBe('allocation_exists');
      const ofOther = bench.allocations.allocate('t2', wish({ request_id: 'x' }), STAYS);
      expect(await failure(ofOther)).toBe('no error');
      expect(await bench.resources.get('r')).toMatchObject({ used: { gpu: 2 }, allocations: 2 });
    });

    test('are not forgotten by a heartbeat that knows nothing of them yet', async () => {
      await bench.register({ id: 'r' });
      const held = await bench.allocate({ requirements: { gpu: 3 } });
      expect(await bench.beat('r', { used: { gpu: 0 } })).toMatchObject({ used: { gpu: 3 }, load: 0.75 });
      expect(await failure(bench.allocate({ requirements: { gpu: 2 } }))).toBe('capacity_exceeded');
      expect(await bench.beat('r', { used: { gpu: 4 } })).toMatchObject({ used: { gpu: 4 } });
      await bench.release(held);
      expect(await bench.resources.get('r')).toMatchObject({ used: { gpu: 1 } });
    });

    test('say why there is none and when to ask again', async () => {
      const refused = async (fields: object = {}) => {
        const error = await bench.allocate(fields).catch((thrown: unknown) => thrown);
        return error as { message: string; retryAfterMs: number };
      };
      expect(await refused()).toMatchObject({
        message: expect.stringContaining('is registered'),
        retryAfterMs: 30_000,
      });
      await bench.register({ id: 'r', capacity: { gpu: 1 } });
      expect(await refused({ capabilities: ['vision'] })).toMatchObject({
        message: expect.stringContaining('has all of these capabilities'),
      });
      await bench.allocate({ timeout: '2500ms' });
      const inUse = await refused();
      expect(inUse.message).toContain('is in use');
      expect(inUse.retryAfterMs).toBeGreaterThan(1_000);
      expect(inUse.retryAfterMs).toBeLessThanOrEqual(2_500);
      await bench.beat('r', { status: 'offline' });
      expect((await refused()).message).toContain('offline');
    });
  });

  describe('requests that wait', () => {
    test('get room with the next release, the best first, in whatever process they wait', async () => {
      await bench.register({ id: 'r', capacity: { gpu: 1 } });
      const held = await bench.allocate();
      const order: string[] = [];
      const waits = (request_id: string, priority: string, by?: Allocations) =>
        bench.allocate({ request_id, priority, wait: '20s' }, by).then(async (given) => {
          order.push(request_id);
          await bench.release(given, by);
        });
      const all = [waits('low', 'low')];
      await eventually(async () => expect(await bench.waiting()).toBe(1));
      all.push(waits('normal', 'normal'));
      await eventually(async () => expect(await bench.waiting()).toBe(2));
      all.push(waits('second', 'normal', elsewhere));
      await eventually(async () => expect(await bench.waiting()).toBe(3));
      all.push(waits('urgent', 'urgent', elsewhere));
      await eventually(async () => expect(await bench.waiting()).toBe(4));
      await bench.release(held);
      await Promise.all(all);
      expect(order).toEqual(['urgent', 'normal', 'second', 'low']);
      expect(await bench.waiting()).toBe(0);
    });

    test('are not passed by whoever comes later with no better priority', async () => {
      await bench.register({ id: 'r' });
      const held = await bench.allocate({ requirements: { gpu: 2 } });
      const big = bench.allocate({ requirements: { gpu: 4 }, priority: 'high', wait: '20s' });
      await eventually(async () => expect(await bench.waiting()).toBe(1));
      expect(await failure(bench.allocate({ priority: 'high' }))).toBe('capacity_exceeded');
      expect(await failure(bench.allocate({ priority: 'low' }, elsewhere))).toBe('capacity_exceeded');
      const urgent = await bench.allocate({ priority: 'realtime' }, elsewhere);
      await bench.release(held);
      await bench.release(urgent);
      expect((await big).requirements).toEqual({ gpu: 4 });
    });

    test('do not keep what they could not use', async () => {
      await bench.register({ id: 'r', capabilities: ['vision'] });
      const tooBig = failure(bench.allocate({ requirements: { gpu: 5 }, priority: 'realtime', wait: '1s' }));
      const audio = failure(bench.allocate({ capabilities: ['audio'], priority: 'realtime', wait: '1s' }));
      await eventually(async () => expect(await bench.waiting()).toBe(2));
      expect((await bench.allocate({ requirements: { gpu: 4 }, priority: 'low' })).resourceId).toBe('r');
      expect([await tooBig, await audio]).toEqual(['capacity_exceeded', 'capacity_exceeded']);
    });

    test('get what a new resource brings', async () => {
      const waits = bench.allocate({ wait: '20s' });
      await eventually(async () => expect(await bench.waiting()).toBe(1));
      await bench.register({ id: 'new', endpoint: 'http://new' });
      expect(await waits).toMatchObject({ resourceId: 'new', endpoint: 'http://new' });
    });

    test('are told when their time is over, and leave nothing behind', async () => {
      await bench.register({ id: 'r', capacity: {} });
      expect(await failure(bench.allocate({ wait: '150ms' }))).toBe('capacity_exceeded');
      expect(await bench.run('SELECT id FROM resource_allocations')).toEqual([]);
    });

    test('hold nothing once their caller has left', async () => {
      await bench.register({ id: 'r', capacity: { gpu: 1 } });
      const held = await bench.allocate();
      const caller = new AbortController();
      const left = failure(bench.allocate({ wait: '20s' }, undefined, caller.signal));
      await eventually(async () => expect(await bench.waiting()).toBe(1));
      caller.abort();
      expect(await left).toBe('capacity_exceeded');
      await bench.release(held);
      expect(await bench.resources.get('r')).toMatchObject({ allocations: 0, used: { gpu: 0 } });
      const gone = new AbortController();
      gone.abort();
      await bench.allocate({}, undefined, gone.signal);
      expect(await bench.resources.get('r')).toMatchObject({ allocations: 0, used: { gpu: 0 } });
    });

    test('are no more than configured', async () => {
      const all = Array.from({ length: MAX_WAITING }, () => failure(bench.allocate({ wait: '20s' })));
      await eventually(async () => expect(await bench.waiting()).toBe(MAX_WAITING));
      expect(await failure(bench.allocate({ wait: '20s' }))).toBe('capacity_exceeded');
      await bench.register({ id: 'r', capacity: { gpu: MAX_WAITING } });
      expect(await Promise.all(all)).toEqual(all.map(() => 'no error'));
    });

    test('are sent away when their process ends', async () => {
      const other = bench.openAllocations();
      const sentAway = failure(bench.allocate({ wait: '20s' }, other));
      await eventually(async () => expect(await bench.waiting()).toBe(1));
      await bench.stopLast();
      expect(await sentAway).toBe('draining');
      expect(await failure(bench.allocate({ wait: '20s' }, other))).toBe('draining');
      expect(await bench.waiting()).toBe(0);
    });
  });

  describe('the sweep', () => {
    test('ends allocations whose time is over, and gives back what they held', async () => {
      await bench.register({ id: 'a', used: { gpu: 1 } });
      await bench.register({ id: 'b', type: 'gpt' });
      for (let i = 0; i < 3; i += 1) await bench.allocate({ timeout: '100ms' });
      await bench.allocate({ model_type: 'gpt', requirements: { gpu: 2 }, timeout: '100ms' });
      const stays = await bench.allocate({ model_type: 'gpt' });
      const metrics = new Metrics();
      const sweep = new AllocationSweep(bench.database, metrics, noLog);
      await eventually(async () => {
        await Promise.all([sweep.perform(), sweep.perform()]);
        expect(await bench.resources.get('a')).toMatchObject({
          used: { gpu: 1 },
          load: 0.25,
          allocations: 0,
        });
        expect(await bench.resources.get('b')).toMatchObject({
          used: { gpu: 1 },
          load: 0.25,
          allocations: 1,
        });
      });
      const { values } = await metrics.resourceRequests.get();
      const counted = values.filter(({ value }) => value > 0);
      expect(counted).toEqual([{ labels: { outcome: 'expired' }, value: 4 }]);
      await bench.release(stays);
    });

    test('forgets requests whose process died', async () => {
      await new AllocationLedger(bench.database, bench.settings).wait(wanted('x', wish({ wait: '20s' })));
      const sweep = new AllocationSweep(bench.database, new Metrics(), noLog);
      await sweep.perform();
      expect(await bench.waiting()).toBe(1);
      await bench.run(`UPDATE resource_allocations SET wait_until = now() - interval '6 s'`);
      await sweep.perform();
      expect(await bench.run('SELECT id FROM resource_allocations')).toEqual([]);
    });
  });
}
