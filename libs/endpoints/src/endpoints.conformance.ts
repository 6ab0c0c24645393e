import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Database } from '#database';
import { Bench, called, failure, MOST_ENDPOINTS } from './bench.conformance.js';

const CONFIGURED = ['openai-1', 'openai-2', 'simulator'];

/** What the endpoints promise, on whichever database. */
export function conformsToEndpoints(open: () => Promise<Database>): void {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open(await open())));
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  describe('endpoints', () => {
    test('are those of the configuration, and those that were added', async () => {
      expect(await bench.ids()).toEqual(CONFIGURED);
      const [added, state] = await bench.add({ capabilities: ['chat'], weight: 3, metadata: { a: 1 } });
      expect(added).toEqual({
        id: 'mine',
        provider: 'openai',
        url: 'http://93.184.216.34/v1',
        name: 'mine',
        type: 'llm',
        capabilities: ['chat'],
        weight: 3,
        priority: 0,
        group: 'primary',
        maxConnections: 0,
        enabled: true,
        declared: null,
        metadata: { a: 1 },
        origin: 'api',
        updatedAt: expect.any(Date),
      });
      expect(state).toMatchObject({ health: 'healthy', connections: 0, seenAt: null });
      expect(await bench.ids()).toEqual([...CONFIGURED, 'mine']);
      expect(bench.told('upstreams.changed')).toEqual([{}]);
    });

    test('are added by clients that send everything, empty or not', async () => {
      const [added] = await bench.add({
        id: '',
        name: '',
        type: '',
        capabilities: null,
        weight: 0,
        status: '',
        connections: 0,
        max_connections: 0,
        response_time: 0,
        error_rate: 0,
        last_check: '0001-01-01T00:00:00Z',
        metadata: null,
      });
      expect(added).toMatchObject({
        id: expect.stringMatching(/^ep_/),
        weight: 1,
        type: 'llm',
        capabilities: [],
      });
    });

    test('have ids of their own', async () => {
      const twice = await Promise.all([failure(bench.add()), failure(bench.add())]);
      expect(twice.toSorted()).toEqual(['endpoint_exists', 'no error']);
      expect(await failure(bench.add({ id: 'openai-1' }))).toBe('endpoint_exists');
      expect(await failure(bench.add({ id: 'simulator' }))).toBe('endpoint_exists');
    });

    test('are refused that nobody could or should call', async () => {
      expect(await failure(bench.add({ provider: 'nobody' }))).toBe('provider_unknown');
      expect(await failure(bench.add({ url: 'http://10.0.0.1' }))).toBe('address_refused');
      expect(await failure(bench.add({ url: 'http://u:p@93.184.216.34' }))).toBe('address_refused');
      await bench.add();
      expect(await failure(bench.change('mine', { url: 'http://169.254.169.254' }))).toBe('address_refused');
      expect(await failure(bench.endpoints.get('nobody'))).toBe('endpoint_not_found');
      expect(await failure(bench.change('nobody', {}))).toBe('endpoint_not_found');
      expect(await failure(bench.endpoints.remove('nobody'))).toBe('endpoint_not_found');
    });

    test('are not more than there may be', async () => {
      for (let i = 0; i < MOST_ENDPOINTS; i += 1) await bench.add({ id: `e${i}` });
      expect(await failure(bench.add({ id: 'more' }))).toBe('limit_reached');
      expect(await failure(bench.add({ id: 'e1' }))).toBe('endpoint_exists');
      expect(await failure(bench.change('openai-1', { weight: 2 }))).toBe('limit_reached');
      await bench.endpoints.remove('e1');
      await bench.change('openai-1', { weight: 2 });
      await bench.change('openai-1', { weight: 3 });
    });

    test('are changed in what is named; null takes back what was said', async () => {
      await bench.add({ weight: 5, metadata: { keep: null } });
      const [changed] = await bench.change('mine', {
        weight: 2,
        group: 'backup',
        url: 'http://127.0.0.1:9/v1',
      });
      expect(changed).toMatchObject({ weight: 2, group: 'backup', url: 'http://127.0.0.1:9/v1' });
      expect(changed.metadata).toEqual({ keep: null });
      expect((await bench.change('mine', { status: 'unhealthy' }))[1].health).toBe('unhealthy');
      const [again, state] = await bench.change('mine', { weight: null, status: 'healthy' });
      expect([again.weight, again.group, state.health]).toEqual([1, 'backup', 'healthy']);
    });

    test('of the configuration are changed on top of it, and not removed', async () => {
      await bench.change('openai-1', { weight: 7, enabled: false, priority: 4 });
      const [changed] = await bench.change('openai-1', { enabled: null, priority: null });
      expect(changed).toMatchObject({
        weight: 7,
        enabled: true,
        priority: 0,
        maxConnections: 20,
        origin: 'config',
      });
      expect(await failure(bench.change('openai-1', { url: 'http://127.0.0.1:9' }))).toBe(
        'endpoint_configured',
      );
      await bench.change('openai-1', { url: changed.url });
      expect(await failure(bench.endpoints.remove('openai-1'))).toBe('endpoint_configured');
      bench.specs.all = bench.specs.all.slice(1);
      expect(await bench.ids()).toEqual(['simulator']);
    });

    test('of the configuration win over one that was added under their name before', async () => {
      const { all } = bench.specs;
      bench.specs.all = [{ ...all[0]!, endpoints: [] }];
      await bench.add({ id: 'openai-1', weight: 9 });
      bench.specs.all = all;
      const [shown] = await bench.endpoints.get('openai-1');
      expect(shown).toMatchObject({ url: 'http://127.0.0.1:1/v1', weight: 1, origin: 'config' });
      await bench.change('openai-1', { priority: 2 });
      expect((await bench.endpoints.get('openai-1'))[0]).toMatchObject({ weight: 1, priority: 2 });
    });

    test('are found by what they are', async () => {
      await bench.add({ type: 'vllm', group: 'backup', status: 'degraded' });
      const found = async (query: object) => (await bench.endpoints.list(query)).map(([{ id }]) => id);
      expect(await found({ provider: 'simulator' })).toEqual(['simulator']);
      expect(await found({ type: 'vllm' })).toEqual(['mine']);
      expect(await found({ group: 'primary', provider: 'openai' })).toEqual(['openai-1', 'openai-2']);
      expect(await found({ status: 'degraded' })).toEqual(['mine']);
      expect(await found({ status: 'unhealthy' })).toEqual([]);
    });
  });

  describe('workers', () => {
    test('call what there is, also one that the simulator needs', async () => {
      const worker = await bench.worker();
      expect(called(worker)).toEqual(['openai-1', 'openai-2']);
      expect(called(worker, 'simulator')).toEqual(['simulator']);
    });

    test('follow at their next look', async () => {
      const workers = [await bench.worker(), await bench.worker()];
      await bench.add();
      await bench.change('openai-1', { enabled: false });
      for (const worker of workers) {
        await worker.sync.refresh();
        expect(called(worker)).toEqual(['mine', 'openai-2']);
      }
      await bench.endpoints.remove('mine');
      await bench.change('openai-2', { weight: 0 });
      for (const worker of workers) {
        await worker.sync.refresh();
        expect(called(worker)).toEqual([]);
      }
      expect(called(await bench.worker())).toEqual([]);
    });

    test('guard what was added, and nothing else', async () => {
      await bench.add();
      const { sync } = await bench.worker();
      const guarded = sync.providers[0]!.endpoints.map((endpoint) => [endpoint.id, endpoint.guarded]);
      expect(guarded).toEqual([
        ['openai-1', false],
        ['openai-2', false],
        ['mine', true],
      ]);
    });

    test('follow a configuration that was read again', async () => {
      const worker = await bench.worker();
      const [openai, simulator] = bench.specs.all;
      bench.specs.all = [{ ...openai!, endpoints: openai!.endpoints.slice(1) }, simulator!];
      await worker.sync.refresh();
      expect(called(worker)).toEqual(['openai-2']);
    });

    test('see in a look what was written while another one was under way', async () => {
      const worker = await bench.worker();
      const first = worker.sync.refresh();
      await bench.add();
      await Promise.all([first, worker.sync.refresh(), worker.sync.refresh()]);
      expect(called(worker)).toContain('mine');
    });
  });

  describe('balancing', () => {
    test('changes while workers run, and is taken back', async () => {
      const worker = await bench.worker();
      const strategy = async () => {
        await worker.sync.refresh();
        return worker.upstreams.pulses()['openai']!.strategy;
      };
      expect(await strategy()).toBe('weighted_round_robin');
      const changed = await bench.desk.change('openai', {
        strategy: 'adaptive_load',
        affinity_timeout: 60_000,
      });
      expect(changed).toMatchObject({
        strategy: 'adaptive_load',
        affinity: 'none',
        affinityTimeoutMs: 60_000,
        configured: { strategy: 'weighted_round_robin' },
      });
      expect(await strategy()).toBe('adaptive_load');
      await bench.desk.change('openai', { strategy: null });
      expect(await bench.desk.show('openai')).toMatchObject({
        strategy: 'weighted_round_robin',
        affinityTimeoutMs: 60_000,
      });
      expect(await strategy()).toBe('weighted_round_robin');
      expect(await failure(bench.desk.change('nobody', {}))).toBe('provider_unknown');
    });
  });
}
