import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const model = (id: string) =>
  `{ id: ${id}, capabilities: [chat], context_window: 10000, max_output_tokens: 1000, price: free, quality: 1, speed: 1 }`;

const yaml = (first: string, second: string) => `
providers:
  - name: keyed
    kind: openai-compatible
    endpoints: [{ url: '${first}/v1' }]
    keys:
      - { secret: sk-one, id: one, limits: { requests_per_minute: 3 } }
      - { secret: sk-two, id: two, limits: { requests_per_minute: 3 } }
    default_model: a
    models: [${model('a')}]
  - name: daily
    kind: openai-compatible
    endpoints: [{ url: '${first}/v1' }]
    keys: [{ secret: sk-three, id: three }]
    limits: { requests_per_day: 4 }
    default_model: b
    models: [${model('b')}]
  - name: other
    kind: openai-compatible
    endpoints: [{ url: '${second}/v1' }]
    default_model: c
    models: [${model('c')}]
routing:
  fallbacks: { daily: [other] }
  rules:
    - name: by the day
      conditions: [{ field: metadata.way, operator: eq, value: daily }]
      targets: [daily]
`;

describe.each(PROFILES)('limits of a provider (%s)', (topology) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-limits-'));
  let first: FakeUpstream;
  let second: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    [first, second] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    const file = join(folder, 'providers.yaml');
    writeFileSync(file, yaml(first.url, second.url));
    system = await startSystem(topology, { PROVIDERS_FILE: file });
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => [first, second].forEach((upstream) => upstream.clearCalls()));
  afterAll(async () => {
    await system?.stop();
    await Promise.all([first, second].map((upstream) => upstream?.close()));
    rmSync(folder, { recursive: true });
  });

  const sendAll = (count: number, extra: Readonly<Record<string, unknown>>) =>
    Promise.all(Array.from({ length: count }, (_, n) => client.send(`message ${n}`, extra)));
  const statuses = async (ids: readonly string[]) => {
    const messages = await Promise.all(ids.map((id) => client.get(`/api/v1/messages/${id}`)));
    return messages.map(({ body }) => [body.status, body.retry_count]);
  };

  test('each key is used as often as it may be, and what is too much waits without losing an attempt', async () => {
    const ids = await sendAll(10, { provider: 'keyed' });
    await eventually(() => expect(first.calls()).toHaveLength(6));
    await eventually(async () => {
      const now = await statuses(ids);
      expect(now.filter(([status]) => status === 'completed')).toHaveLength(6);
      expect(now.filter(([status]) => status === 'queued')).toHaveLength(4);
      expect(now.map(([, retries]) => retries)).toEqual(ids.map(() => 0));
    });
    const keys = first.calls().map(({ authorizationSha256 }) => authorizationSha256);
    expect([...Map.groupBy(keys, (key) => key).values()].map(({ length }) => length)).toEqual([3, 3]);
  });

  test("an account's day that is used up keeps nobody waiting who can be answered elsewhere", async () => {
    const ids = await sendAll(12, { metadata: { way: 'daily' } });
    const ended = await Promise.all(ids.map((id) => client.ended(id)));
    for (const message of ended) expect(message).toMatchObject({ status: 'completed', retry_count: 0 });
    expect([first.calls().length, second.calls().length]).toEqual([4, 8]);
  });

  test('a restart of every worker forgets nothing of it', async () => {
    const workers = [...system.workers];
    for (const worker of workers) await system.terminate(worker);
    await Promise.all(workers.map(({ role }) => system.start(role)));
    client = new Client(system.gateways[0]!.url);
    const ids = await sendAll(3, { metadata: { way: 'daily' } });
    const ended = await Promise.all(ids.map((id) => client.ended(id)));
    for (const message of ended) expect(message).toMatchObject({ status: 'completed', retry_count: 0 });
    expect([first.calls().length, second.calls().length]).toEqual([0, 3]);
  });
});
