import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, findPrometheus } from '#testing';
import { DASHBOARDS } from '../../scripts/monitoring/index.js';
import { CallbackReceiver } from '../support/callback-receiver.js';
import { Client } from '../support/client.js';
import { createSystem, type System } from '../support/system.js';
import { TaskClient } from '../support/task-client.js';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';
import { PrometheusAtWork } from './prometheus.js';

const programs = await findPrometheus();

/** Of what goes wrong only where something breaks that this load does not break. */
const NOTHING_TO_SHOW: ReadonlySet<string> = new Set([
  'Streams that broke off',
  'Text that could not be published',
]);

/** A load that has a bit of everything: two providers, one of which turns calls away, prices, results from the cache. */
const providers = (here: string, there: string) => `currencies: { USD: 1 }
routing: { fallbacks: { here: [there] } }
providers:
  - name: here
    kind: openai-compatible
    endpoints: [{ url: '${here}/v1' }]
    keys: [{ id: first, secret: sk-of-the-tests }]
    default_model: m1
    models:
      - { id: m1, capabilities: [chat], context_window: 100000, max_output_tokens: 10000, quality: 1, speed: 1,
          price: { currency: USD, input: 1, output: 2 } }
  - name: there
    kind: openai-compatible
    endpoints: [{ url: '${there}/v1' }]
    default_model: m2
    models:
      - { id: m2, capabilities: [chat], context_window: 100000, max_output_tokens: 10000, quality: 1, speed: 1,
          price: { currency: USD, input: 1, output: 2 } }
`;

describe.skipIf(programs === undefined)('Prometheus beside a fleet', () => {
  let folder: string;
  let upstreams: readonly [FakeUpstream, FakeUpstream];
  let receiver: CallbackReceiver;
  let system: System;
  let prometheus: PrometheusAtWork;
  let load: Promise<void>;
  const ended = new AbortController();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmq-panels-'));
    upstreams = [await startFakeUpstream(), await startFakeUpstream()];
    receiver = await CallbackReceiver.start();
    const file = join(folder, 'providers.yaml');
    writeFileSync(file, providers(upstreams[0].url, upstreams[1].url));
    system = await createSystem('fleet', {
      PROVIDERS_FILE: file,
      WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      MESSAGE_MAX_RETRIES: '1',
      QUEUE_USER_CONCURRENCY: '2',
    });
    // One after the other: each asks for all of a small machine while it starts.
    for (const role of ['api-gateway', 'queue-manager', 'scheduler'] as const) await system.start(role);
    prometheus = await PrometheusAtWork.start(programs!, system.members);
    load = keepBusy();
  });
  afterAll(async () => {
    ended.abort();
    await load;
    await prometheus?.stop();
    await system?.stop();
    await receiver?.die();
    await Promise.all((upstreams ?? []).map((upstream) => upstream.close()));
    rmSync(folder, { recursive: true });
  });

  /** Rounds of a bit of everything, until the test is over. */
  async function keepBusy(): Promise<void> {
    for (let round = 0; !ended.signal.aborted; round += 1) await play(round);
  }

  async function play(round: number): Promise<void> {
    const client = new Client(system.gateways[0]!.url);
    upstreams[0].behave(
      { chunks: 5, chunkDelayMs: 20 },
      { chunks: 5, chunkDelayMs: 20 },
      { status: 400 },
      ...(round % 5 === 0 ? [{ status: 429, retryAfterMs: 100 }] : []),
      { chunks: 5, chunkDelayMs: 20 },
    );
    const priorities = ['realtime', 'high', 'normal', 'low'];
    const ids = await Promise.all(priorities.map((priority) => client.send(`Round ${round}`, { priority })));
    // Nobody else can answer for it: it is tried again, and its lane pauses.
    upstreams[1].behave({ status: 500 }, { status: 429, retryAfterMs: 100 }, { chunks: 2 });
    ids.push(await client.send('Hello', { provider: 'there' }));
    const config = { cache_enabled: true };
    await client.post('/api/v1/messages', { user_id: 'c', content: 'Again', provider: 'there', config });
    const tasks = new TaskClient(client.url);
    await tasks.submit({ callback_url: receiver.url('/done') });
    await client.events(ids[0]!);
    await client.events(ids[0]!, 1);
    await visit(client.url);
    await Promise.all(ids.map((id) => client.ended(id, 60_000)));
  }

  /** A socket that is opened and closed, and one that is refused. */
  async function visit(url: string): Promise<void> {
    const open = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    await new Promise((resolve) => open.once('open', resolve).once('error', resolve));
    open.close();
    const refused = new WebSocket(`${url.replace('http', 'ws')}/no-such-door`);
    await new Promise((resolve) => refused.once('open', resolve).once('error', resolve));
    refused.terminate();
  }

  test('finds every process, and all of them answer', async () => {
    await eventually(
      async () => {
        const targets = await prometheus.targets();
        expect(targets).toHaveLength(3);
        expect(targets.filter(({ health }) => health !== 'up')).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
  });

  test('evaluates every alert, and none of those that speak of a system that is down is up', async () => {
    await eventually(
      async () => {
        const rules = await prometheus.rules();
        expect(rules.length).toBeGreaterThan(20);
        expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
    const firing = (await prometheus.rules())
      .filter(({ state }) => state === 'firing')
      .map(({ name }) => name);
    const down = ['LlmqTargetDown', 'LlmqNoLeader', 'LlmqPlanStale', 'LlmqDependencyDown', 'LlmqHttpErrors'];
    expect(firing.filter((name) => down.includes(name))).toEqual([]);
  });

  describe.each(Object.entries(DASHBOARDS))('the dashboard %s', (_, { rows }) => {
    const panels = rows
      .flat()
      .flatMap(({ title, queries }) =>
        Object.entries(queries).map(([legend, query]) => [title, legend, query] as const),
      );

    test.each(panels)('shows something in %s (%s)', async (title, _legend, query) => {
      const asked = query.replaceAll('$__rate_interval', '30s');
      await eventually(
        async () => {
          const series = await prometheus.query(asked);
          if (NOTHING_TO_SHOW.has(title)) return;
          const numbers = series.map(({ value }) => Number(value[1])).filter((value) => !Number.isNaN(value));
          expect(numbers.length, asked).toBeGreaterThan(0);
        },
        { timeoutMs: 90_000, everyMs: 500 },
      );
    });
  });
});
