import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Definition, METRICS, type Role } from '#observability';
import { eventually } from '#testing';
import { CallbackReceiver } from './support/callback-receiver.js';
import { Client } from './support/client.js';
import { familiesOf, pageOf, type Sample, samples, samplesOf, sumOf, valuesOf } from './support/samples.js';
import { createSystem, type Member, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

const ALL = Object.values<Definition>(METRICS);
const ID = /\b(msg|conv|task|proc|req|call|dlv)_[0-9a-f]{8,}/;
const ENV = {
  SIMULATOR_DELAY: '20ms',
  SIMULATOR_CHUNKS: '5',
  WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  WEBHOOK_POLL: '50ms',
};

/** On a slow machine, too. */
const soon = (check: () => Promise<void>) => eventually(check, { timeoutMs: 60_000 });

/** Names with their types, as documented for the roles of a process. */
function documented(...roles: Role[]): string[] {
  const own = ALL.filter((metric) => metric.roles.some((role) => roles.includes(role)));
  return own.map(({ name, kind }) => `${name} ${kind}`).toSorted();
}

const exposed = (page: string) =>
  [...familiesOf(page)]
    .filter(([name]) => /^llmq?_/.test(name))
    .map(([name, type]) => `${name} ${type}`)
    .toSorted();

/** Labels that hold what no label may, by the bounds of its metric. */
function outOfBounds({ name, labels }: Sample): string[] {
  const metric = ALL.find(
    (each) => name === each.name || name.replace(/_(bucket|sum|count)$/, '') === each.name,
  );
  if (!metric) return [];
  return Object.entries(labels).flatMap(([label, value]) => {
    const bound = metric.bounds[label] ?? (label === 'le' ? 'a bucket' : []);
    const isFine = typeof bound === 'string' ? !ID.test(value) : bound.includes(value);
    return isFine ? [] : [`${name}{${label}="${value}"}`];
  });
}

describe('the metrics of a fleet', { timeout: 150_000 }, () => {
  let system: System;
  let receiver: CallbackReceiver;
  let gateway: Member;
  let worker: Member | undefined;
  let scheduler: Member;
  const all = () => samples(system.members);
  const ofWorkers = () => samples(system.workers);
  const client = () => new Client(gateway.url);

  const ids: string[] = [];

  /** Accepted while nobody works, then run: what the numbers must say at each step is known. */
  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    system = await createSystem('fleet', ENV);
    gateway = await system.start('api-gateway');
    for (const priority of ['realtime', 'high', 'high', 'low'])
      ids.push(await client().send('Hello', { priority }));
    const simulate = { fail: 'provider_rejected' };
    ids.push(await client().send('Hello', { priority: 'low', metadata: { simulate } }));
    await new TaskClient(gateway.url).submit({ callback_url: receiver.url('/done'), priority: 'normal' });
    scheduler = await system.start('scheduler');
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
  });

  test('what waits is counted by the gateway, and from the ledger by the scheduler', async () => {
    await soon(async () => {
      const now = await samples([gateway]);
      const lengths = ['realtime', 'high', 'normal', 'low'].map((priority) =>
        valuesOf(now, 'llm_queue_length', { lane: 'simulator', priority }),
      );
      expect(lengths).toEqual([[1], [2], [1], [2]]);
      const heads = valuesOf(now, 'llmq_queue_head_wait_seconds', { priority: 'high' });
      expect(Math.max(...heads)).toBeGreaterThan(0);
    });
    const accepted = await samples([gateway]);
    expect(sumOf(accepted, 'llm_requests_total')).toBe(6);
    expect(sumOf(accepted, 'llm_requests_total', { priority: 'high' })).toBe(2);
    expect(sumOf(accepted, 'llmq_accept_commit_seconds_count')).toBe(6);
    await soon(async () => {
      const now = await samples([scheduler]);
      expect(valuesOf(now, 'llmq_scheduler_leader')).toEqual([1]);
      expect(valuesOf(now, 'llmq_backlog_messages', { priority: 'high' })).toEqual([2]);
      expect(sumOf(now, 'llmq_backlog_age_seconds', { priority: 'high' })).toBeGreaterThan(0);
      expect(sumOf(now, 'llmq_scheduler_tick_seconds_count')).toBeGreaterThan(0);
    });
  });

  test('what runs is counted while it runs, and what came of it afterwards', async () => {
    const before = sumOf(await samples([gateway]), 'llmq_streams_opened_total', { from: 'beginning' });
    const reader = client().events(ids[0]!);
    // Its failure is told where it is waited for.
    reader.catch(() => undefined);
    const opened = async () =>
      sumOf(await samples([gateway]), 'llmq_streams_opened_total', { from: 'beginning' });
    await soon(async () => expect(await opened()).toBe(before + 1));
    worker ??= await system.start('queue-manager');
    await Promise.all(ids.map((id) => client().ended(id, 60_000)));
    await reader;
    expect(await client().events(ids[0]!, 1)).not.toEqual([]);
    await soon(async () => {
      const now = await all();
      expect(sumOf(now, 'llm_active_tasks')).toBe(0);
      expect(sumOf(now, 'llmq_leases_held')).toBe(0);
      expect(sumOf(now, 'llmq_slots_in_use')).toBe(0);
      expect(sumOf(now, 'llmq_open_streams')).toBe(0);
      expect(sumOf(now, 'llm_queue_length')).toBe(0);
      expect(sumOf(now, 'llmq_callbacks_total', { event: 'completed', outcome: 'delivered' })).toBe(1);
      expect(Math.max(...valuesOf(now, 'llm_scheduler_desired_workers'))).toBeGreaterThanOrEqual(1);
    });
    const now = await all();
    const ended = { priority: 'high', status: 'completed' };
    expect(sumOf(now, 'llmq_messages_finished_total', ended)).toBe(2);
    expect(sumOf(now, 'llm_request_duration_seconds_count', ended)).toBe(2);
    expect(sumOf(now, 'llmq_messages_finished_total')).toBe(6);
    expect(sumOf(now, 'llmq_message_wait_seconds_count')).toBe(6);
    expect(sumOf(now, 'llmq_message_run_seconds_count', { status: 'ended' })).toBe(6);
    expect(sumOf(now, 'llmq_dead_letters_total', { code: 'provider_rejected' })).toBe(1);
    expect(sumOf(now, 'llmq_callback_duration_seconds_count')).toBeGreaterThan(0);
    expect(sumOf(now, 'llmq_streams_opened_total', { from: 'cursor' })).toBeGreaterThan(0);
    expect(Math.max(...valuesOf(now, 'llmq_slot_limit', { lane: 'simulator' }))).toBeGreaterThan(0);
  });

  test('calls to the provider are measured one by one', async () => {
    const now = await all();
    const of = { provider: 'simulator', model: 'simulator-1' };
    expect(sumOf(now, 'llm_provider_requests_total', { ...of, outcome: 'ok' })).toBe(5);
    expect(sumOf(now, 'llm_provider_requests_total', { ...of, outcome: 'error' })).toBe(1);
    expect(sumOf(now, 'llm_provider_errors_total', { ...of, code: 'provider_rejected' })).toBe(1);
    expect(sumOf(now, 'llm_provider_latency_seconds_count', of)).toBe(6);
    expect(sumOf(now, 'llmq_provider_time_to_first_token_seconds_count', of)).toBe(5);
    expect(sumOf(now, 'llmq_provider_inter_token_seconds_count', of)).toBe(5);
    expect(sumOf(now, 'llmq_tokens_total', { ...of, direction: 'input' })).toBeGreaterThan(0);
    expect(sumOf(now, 'llmq_tokens_total', { ...of, direction: 'output' })).toBeGreaterThan(0);
    // The time of a call lies within the time of its message.
    const calls = sumOf(now, 'llm_provider_latency_seconds_sum');
    expect(calls).toBeLessThanOrEqual(sumOf(now, 'llmq_message_run_seconds_sum'));
    expect(sumOf(now, 'llmq_provider_time_to_first_token_seconds_sum')).toBeLessThanOrEqual(calls);
  });

  test('every program shows what is documented for it, and nothing else', async () => {
    expect(exposed(await pageOf(gateway))).toEqual(documented('gateway'));
    expect(exposed(await pageOf(system.workers[0]!))).toEqual(documented('worker'));
    expect(exposed(await pageOf(scheduler))).toEqual(documented('scheduler'));
    for (const member of system.members) {
      const now = await samples([member]);
      expect(valuesOf(now, 'llmq_build_info')).toEqual([1]);
      expect(sumOf(now, 'llmq_event_loop_active_seconds_total')).toBeGreaterThan(0);
      expect(sumOf(now, 'llmq_http_connections')).toBeGreaterThan(0);
      expect(Math.min(...valuesOf(now, 'llmq_dependency_up'))).toBe(1);
      expect(sumOf(now, 'llmq_database_connections')).toBeGreaterThan(0);
    }
  });

  test('labels hold what the documentation says, and never an id', async () => {
    expect((await all()).flatMap(outOfBounds)).toEqual([]);
  });

  test('a worker that runs a message holds its lease and a slot', async () => {
    const id = await client().send('Hello', { metadata: { simulate: { hang: true, after_chunks: 1 } } });
    await soon(async () => {
      const now = await ofWorkers();
      expect(sumOf(now, 'llm_active_tasks')).toBe(1);
      expect(sumOf(now, 'llmq_leases_held')).toBe(1);
    });
    await soon(async () => expect(sumOf(await ofWorkers(), 'llmq_slots_in_use')).toBe(1));
    await client().delete(`/api/v1/messages/${id}`);
    await soon(async () => {
      const now = await ofWorkers();
      expect(sumOf(now, 'llmq_message_run_seconds_count', { status: 'cancelled' })).toBeGreaterThan(0);
      expect(sumOf(now, 'llm_provider_requests_total', { outcome: 'stopped' })).toBeGreaterThan(0);
    });
  });

  test('the server, which does everything, shows everything', async () => {
    const page = await pageOf(await system.start('server'));
    expect(exposed(page)).toEqual(documented('gateway', 'worker', 'scheduler'));
    // What may be counted by hand later begins with 0, or its first rise is none to Prometheus.
    expect(valuesOf(samplesOf(page), 'llmq_messages_finished_total')).toHaveLength(16);
  });
});
