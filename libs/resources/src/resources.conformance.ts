import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Resource, updateResourceSchema } from '#contracts';
import { type Database } from '#database';
import { Metrics } from '#observability';
import { eventually, ManualClock } from '#testing';
import { Bench, failure, MAX_RESOURCES, noLog, TIMEOUT_MS } from './bench.conformance.js';
import { ResourceCapacity } from './resource-capacity.js';
import { ResourceWatch } from './resource-watch.js';

/** What resources promise, on whichever database. */
export function conformsToResources(open: () => Promise<Database>): void {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open(await open());
  });
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  describe('resources', () => {
    test('begin available, without load and alive, and are found again', async () => {
      const made = await bench.register({
        id: 'gpu-1',
        name: 'one',
        capabilities: ['vision', 'tools'],
        used: { gpu: 1 },
        endpoint: 'http://10.0.0.1:8000',
        metadata: { zone: 'a' },
        status: 'error',
        load: 0.7,
        last_heartbeat: '0001-01-01T00:00:00Z',
      });
      expect(made).toEqual({
        id: 'gpu-1',
        name: 'one',
        type: 'llama',
        capabilities: ['vision', 'tools'],
        status: 'available',
        load: 0,
        capacity: { gpu: 4 },
        used: { gpu: 1 },
        endpoint: 'http://10.0.0.1:8000',
        metadata: { zone: 'a' },
        lane: null,
        allocations: 0,
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
        lastHeartbeat: expect.any(Date),
      } satisfies Record<keyof Resource, unknown>);
      expect(await bench.resources.get('gpu-1')).toEqual(made);
      expect(await failure(bench.resources.get('gpu-2'))).toBe('resource_not_found');
    });

    test('get an id and a name where they bring none, as clients in Go leave them', async () => {
      const empty = { id: '', name: '', capabilities: null, capacity: null, used: null, metadata: null };
      const made = await bench.register({ ...empty, status: '', load: 0 });
      expect(made.id).toMatch(/^res_[0-9a-f]{32}$/);
      expect(made).toMatchObject({ name: made.id, capabilities: [], capacity: {}, used: {}, metadata: {} });
    });

    test('exist once, however many register the same at once', async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, () => failure(bench.register({ id: 'same' }))),
      );
      expect(results.toSorted()).toEqual(['no error', ...Array(7).fill('resource_exists')]);
    });

    test('are no more than configured', async () => {
      for (let i = 0; i < MAX_RESOURCES; i += 1) await bench.register({ id: `r${i}` });
      expect(await failure(bench.register())).toBe('limit_reached');
      expect(await failure(bench.register({ id: 'r0' }))).toBe('resource_exists');
      await bench.resources.remove('r0');
      expect(await failure(bench.register())).toBe('no error');
    });

    test('are listed all, by page, and by what they are', async () => {
      for (let i = 0; i < 4; i += 1) await bench.register({ id: `r${i}`, type: i < 2 ? 'llama' : 'gpt' });
      await bench.resources.update('r3', updateResourceSchema.parse({ status: 'error' }));
      expect((await bench.list()).toSorted()).toEqual(['r0', 'r1', 'r2', 'r3']);
      expect(await bench.list({ order: 'asc', limit: '2' })).toEqual(['r0', 'r1']);
      expect(await bench.list({ order: 'asc', limit: '2', after: 'r1' })).toEqual(['r2', 'r3']);
      expect(await bench.list({ order: 'asc', type: 'gpt' })).toEqual(['r2', 'r3']);
      expect(await bench.list({ status: 'error' })).toEqual(['r3']);
    });

    test('change what is named, and nothing else', async () => {
      const before = await bench.register({ id: 'r', capabilities: ['a'], used: { gpu: 2 } });
      const change = updateResourceSchema.parse({ name: 'new', capacity: { gpu: 2, cpu: 4 } });
      const after = await bench.resources.update('r', change);
      expect(after).toEqual({
        ...before,
        name: 'new',
        capacity: { gpu: 2, cpu: 4 },
        load: 0.5,
        updatedAt: after.updatedAt,
      });
      expect(await failure(bench.resources.update('x', change))).toBe('resource_not_found');
    });

    test('follow what a heartbeat says of their load and their use', async () => {
      await bench.register({ id: 'r', capacity: { gpu: 4, cpu: 10, memory: 0, slots: 9 } });
      await bench.age('r', 5_000);
      expect(await bench.beat('r', { used: { gpu: 2, cpu: 10 } })).toMatchObject({
        load: 0.75,
        status: 'available',
      });
      const { lastHeartbeat } = await bench.resources.get('r');
      expect(Date.now() - lastHeartbeat.getTime()).toBeLessThan(4_000);
      expect(await bench.beat('r', { load: 0.91 })).toMatchObject({
        load: 0.91,
        status: 'busy',
        used: { gpu: 2 },
      });
      expect(await bench.beat('r', { load: 0.9, used: null })).toMatchObject({ status: 'available' });
      expect(await bench.beat('r', { used: { gpu: 9, cpu: 90 } })).toMatchObject({ load: 1, status: 'busy' });
      expect(await bench.beat('r', undefined)).toMatchObject({ load: 1, used: { gpu: 9, cpu: 90 } });
      expect(await failure(bench.beat('x'))).toBe('resource_not_found');
    });

    test('stay what was declared of them until they are said to be available', async () => {
      await bench.register({ id: 'r' });
      expect(await bench.beat('r', { status: 'error' })).toMatchObject({ status: 'error' });
      expect(await bench.beat('r', { load: 0.1 })).toMatchObject({ status: 'error' });
      expect(await failure(bench.allocate())).toBe('capacity_exceeded');
      const change = updateResourceSchema.parse({ status: 'available' });
      expect(await bench.resources.update('r', change)).toMatchObject({ status: 'available' });
      expect(await failure(bench.allocate())).toBe('no error');
    });

    test('go with everything that is held of them', async () => {
      await bench.register({ id: 'r' });
      const held = await bench.allocate();
      await bench.resources.remove('r');
      expect(await failure(bench.release(held))).toBe('allocation_not_found');
      expect(await failure(bench.resources.remove('r'))).toBe('resource_not_found');
      expect(await bench.run('SELECT id FROM resource_allocations')).toEqual([]);
    });

    test('are counted by status and by type', async () => {
      expect(await bench.resources.stats()).toEqual({
        statuses: { available: 0, busy: 0, offline: 0, error: 0 },
        byType: {},
        averageLoad: 0,
        allocations: 0,
        waiting: 0,
      });
      for (const id of ['a', 'b', 'c', 'd'])
        await bench.register({ id, type: id === 'a' ? '__proto__' : 'llama' });
      await bench.beat('a', { load: 0.3 });
      await bench.beat('b', { load: 0.95 });
      await bench.beat('c', { load: 0.5, status: 'error' });
      await bench.beat('d', { load: 0.5, status: 'offline' });
      await bench.allocate();
      const stats = await bench.resources.stats();
      expect(stats.statuses).toEqual({ available: 2, busy: 0, offline: 1, error: 1 });
      expect(Object.entries(stats.byType).toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual([
        ['__proto__', 1],
        ['llama', 3],
      ]);
      expect(stats.averageLoad).toBeCloseTo((0.3 + 0.25) / 2);
      expect(stats.allocations).toBe(1);
    });
  });

  describe('the watch', () => {
    const openWatch = (clock: ManualClock) => {
      const { database, resources, settings, scheduler } = bench;
      const metrics = new Metrics();
      const watch = new ResourceWatch(database, resources, settings, scheduler, metrics, clock, noLog);
      return { watch, metrics };
    };
    /** As the leader does for so long. */
    const perform = async (watch: ResourceWatch, clock: ManualClock, ms: number) => {
      for (let passed = 0; passed <= ms; passed += 2_000) {
        await watch.perform();
        clock.advance(2_000);
      }
    };

    test('takes a silent resource offline, and the next heartbeat brings it back', async () => {
      const clock = new ManualClock();
      const { watch, metrics } = openWatch(clock);
      await perform(watch, clock, TIMEOUT_MS);
      await bench.register({ id: 'silent' });
      await bench.register({ id: 'alive' });
      await bench.age('silent', TIMEOUT_MS + 1);
      await bench.age('alive', TIMEOUT_MS - 5_000);
      await watch.perform();
      expect(await bench.resources.get('silent')).toMatchObject({ status: 'offline' });
      expect(await bench.resources.get('alive')).toMatchObject({ status: 'available' });
      expect((await metrics.resources.get()).values).toContainEqual({
        labels: { status: 'offline' },
        value: 1,
      });
      expect(await bench.allocate()).toMatchObject({ resourceId: 'alive' });
      expect(await failure(bench.allocate({ requirements: { gpu: 4 } }))).toBe('capacity_exceeded');
      await bench.beat('silent');
      expect(await bench.allocate({ requirements: { gpu: 4 } })).toMatchObject({ resourceId: 'silent' });
    });

    test('gives every resource its time again after an outage', async () => {
      const clock = new ManualClock();
      const { watch } = openWatch(clock);
      await perform(watch, clock, TIMEOUT_MS);
      await bench.register({ id: 'r' });
      clock.advance(60_000);
      await bench.age('r', 60_000);
      await watch.perform();
      expect(await bench.resources.get('r')).toMatchObject({ status: 'available' });
      await perform(watch, clock, TIMEOUT_MS);
      expect(await bench.resources.get('r')).toMatchObject({ status: 'offline' });
    });
  });

  describe('the slots of a lane', () => {
    const bring = (id: string, slots: number, provider = 'openai') =>
      bench.register({ id, provider, capacity: { slots } });

    test('are what is configured, and no more than its online resources bring', async () => {
      const capacity = new ResourceCapacity(bench.database, noLog);
      const limit = async (lane = 'openai') => {
        await capacity.refresh();
        return capacity.limitOf(lane, 10);
      };
      expect(await limit()).toBe(10);
      await bench.register({ id: 'without' });
      expect(await limit()).toBe(10);
      await bring('a', 3);
      await bring('b', 4);
      expect(await limit()).toBe(7);
      expect(await limit('simulator')).toBe(10);
      await bring('c', 40);
      expect(await limit()).toBe(10);
      await bench.beat('c', { status: 'error' });
      await bench.beat('a', { load: 0.99 });
      expect(await limit()).toBe(7);
      await bench.run(`UPDATE resources SET online = false WHERE id IN ('a', 'b')`);
      expect(await limit()).toBe(0);
      await bench.beat('b');
      expect(await limit()).toBe(4);
      for (const id of ['a', 'b', 'c']) await bench.resources.remove(id);
      expect(await limit()).toBe(10);
    });

    test('can be said in the metadata, and change with the resource', async () => {
      const capacity = new ResourceCapacity(bench.database, noLog);
      await bench.register({ id: 'seed', metadata: { provider: 'openai', slots: 2 } });
      await bench.register({ id: 'cloud', metadata: { provider: 'aws', slots: 2 } });
      await bench.register({ id: 'name', metadata: { provider: 'openai' } });
      expect(await bench.resources.get('seed')).toMatchObject({
        lane: 'openai',
        capacity: { gpu: 4, slots: 2 },
      });
      expect(await bench.resources.get('cloud')).toMatchObject({ lane: null });
      await capacity.refresh();
      expect(capacity.limitOf('openai', 10)).toBe(2);
      await bench.resources.update('seed', updateResourceSchema.parse({ capacity: { slots: 5 } }));
      await capacity.refresh();
      expect(capacity.limitOf('openai', 10)).toBe(5);
      await bench.resources.update('seed', updateResourceSchema.parse({ provider: null }));
      await capacity.refresh();
      expect(capacity.limitOf('openai', 10)).toBe(10);
    });

    test('go to a provider that there is, in a number', async () => {
      expect(await failure(() => bring('x', 1, 'nobody'))).toBe('provider_unknown');
      const withoutSlots = Promise.resolve().then(() => bench.register({ provider: 'openai' }));
      expect(await failure(withoutSlots)).toBe('invalid_request');
      const change = updateResourceSchema.parse({ provider: 'nobody' });
      expect(await failure(() => bench.resources.update('x', change))).toBe('provider_unknown');
    });

    test('hold while the database is away', async () => {
      let isAway = false;
      const flaky = {
        query: (...given: Parameters<Database['query']>) =>
          isAway ? Promise.reject(new Error('away')) : bench.database.query(...given),
      } as Database;
      const capacity = new ResourceCapacity(flaky, noLog);
      await bring('a', 3);
      await capacity.start();
      expect(capacity.limitOf('openai', 10)).toBe(3);
      isAway = true;
      await capacity.refresh().catch(() => undefined);
      expect(capacity.limitOf('openai', 10)).toBe(3);
      isAway = false;
      await bring('b', 2);
      await eventually(() => expect(capacity.limitOf('openai', 10)).toBe(5));
      await capacity.stop();
    });
  });
}
