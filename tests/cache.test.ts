import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Client, textOf } from './support/client.js';
import { running } from './support/faults.js';
import { PrivateStores } from './support/private-stores.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const API_KEYS = 'first:key-of-the-first-tenant:first,second:key-of-the-second-tenant:second';

const yaml = ({ url }: FakeUpstream) => `
providers:
${['first', 'second']
  .map(
    (name) => `  - name: ${name}
    kind: openai-compatible
    endpoints: [{ url: '${url}/v1' }]
    max_concurrency: 40
    default_model: large
    models:
      - { id: large, capabilities: [chat, tools, json], context_window: 100000, max_output_tokens: 1000, price: free, quality: 0.5, speed: 0.5 }
      - { id: small, capabilities: [chat, tools, json], context_window: 100000, max_output_tokens: 1000, price: free, quality: 0.5, speed: 0.5 }
`,
  )
  .join('')}
routing:
  rules:
    - { name: kept by rule, conditions: [{ field: metadata.kept, operator: eq, value: true }], targets: [first], cache: { ttl: 10m } }
    - { name: everything else, targets: [first] }
  fallbacks: { '*': [] }
`;

const ON = { config: { cache_enabled: true } };

let upstream: FakeUpstream;
const folder = mkdtempSync(join(tmpdir(), 'llmq-cache-'));
const file = join(folder, 'providers.yaml');

beforeAll(async () => {
  upstream = await startFakeUpstream();
  writeFileSync(file, yaml(upstream));
});
beforeEach(() => {
  upstream.clearCalls();
  upstream.behave({});
});
afterAll(async () => {
  await upstream?.close();
  rmSync(folder, { recursive: true });
});

const clientOf = (system: System, tenant = 'first') =>
  new Client(system.gateways[0]!.url, { 'x-api-key': `key-of-the-${tenant}-tenant` });
const calls = () => upstream.calls().length;

describe.each(PROFILES)('the cache (%s)', (topology) => {
  let system: System;
  let client: Client;

  beforeAll(async () => {
    system = await startSystem(topology, { PROVIDERS_FILE: file, API_KEYS });
    client = clientOf(system);
  });
  afterAll(() => system?.stop());

  const run = async (content: string, extra: Readonly<Record<string, unknown>> = ON, who = client) =>
    who.ended(await who.send(content, extra));
  /** Of all workers. */
  const counted = async (outcome: string) => {
    const pages = await Promise.all(
      system.workers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    const line = new RegExp(`^llmq_cache_requests_total\\{.*outcome="${outcome}".*\\} (\\d+)`, 'm');
    return pages.reduce((sum, page) => sum + Number(line.exec(page)?.[1] ?? 0), 0);
  };

  test('an equal message is answered without a call, and says so', async () => {
    const made = await run('hit me twice');
    expect(made).toMatchObject({ config: { cache_enabled: true }, status: 'completed' });
    expect(made.reply).not.toHaveProperty('cached');
    const id = await client.send('hit me twice', ON);
    const events = await client.events(id);
    expect(textOf(events)).toBe('hit me twice');
    expect(events.at(-1)!.data).toMatchObject({ status: 'completed', finish_reason: 'stop', cached: true });
    const { reply } = await client.ended(id);
    expect(reply).toEqual({ ...made.reply, cached: true, cache_age: expect.any(Number) });
    expect(reply.cache_age).toBeLessThan(20);
    expect(calls()).toBe(1);
    expect(await counted('hit')).toBe(1);
    expect(await counted('stored')).toBe(1);
  });

  test('tool calls and reasoning come back too', async () => {
    upstream.behave({ toolCalls: [{ name: 'f', arguments: '{"a":1}' }], reasoning: 'Let me see.' });
    const parameters = { tools: [{ type: 'function', function: { name: 'f' } }] };
    const made = await run('call', { ...ON, parameters });
    const again = await run('call', { ...ON, parameters });
    expect(made.reply).toMatchObject({ finish_reason: 'tool_calls', reasoning: 'Let me see.' });
    expect(again.reply).toMatchObject({ ...made.reply, cached: true });
    expect(calls()).toBe(1);
  });

  test('whatever is different is another request', async () => {
    const base = { ...ON, parameters: { temperature: 0 } };
    await run('base', base);
    const others: [string, Record<string, unknown>][] = [
      ['Base', base],
      ['base', ON],
      ['base', { ...base, parameters: { temperature: 0.1 } }],
      ['base', { ...base, parameters: { temperature: 0, max_tokens: 50 } }],
      ['base', { ...base, system_prompt: 'Be brief.' }],
      ['base', { ...base, provider: 'first', model: 'small' }],
      ['base', { ...base, provider: 'second' }],
      ['base', { ...base, metadata: { simulate: { chunks: 2 } } }],
      ['base', { parameters: base.parameters }],
      ['base', { ...base, config: { cache_enabled: false } }],
    ];
    for (const [i, [content, extra]] of others.entries()) {
      expect((await run(content, extra)).reply).not.toHaveProperty('cached');
      expect(calls()).toBe(i + 2);
    }
    expect((await run('base', base, clientOf(system, 'second'))).reply).not.toHaveProperty('cached');
    expect(calls()).toBe(others.length + 2);
    const same = { ...base, user_id: 'somebody else', priority: 'low', metadata: { note: 'other' } };
    expect((await run('base', same)).reply).toMatchObject({ cached: true });
    expect(calls()).toBe(others.length + 2);
  });

  test('an answer is used only for as long as the message allows', async () => {
    const brief = { config: { cache_enabled: true, cache_ttl: '1s' } };
    expect(await run('for a second', { config: { cache_enabled: true, cache_ttl: '2h' } })).toMatchObject({
      config: { cache_enabled: true, cache_ttl: '2h' },
    });
    await eventually(async () => expect((await run('for a second')).reply.cache_age).toBeGreaterThan(0));
    expect(calls()).toBe(1);
    expect((await run('for a second', brief)).reply).not.toHaveProperty('cached');
    expect(calls()).toBe(2);
    for (const cache_ttl of ['10ms', '8d', 'long']) {
      const body = { user_id: 'u', content: 'x', config: { cache_enabled: true, cache_ttl } };
      expect(await client.post('/api/v1/messages', body)).toMatchObject({ status: 400 });
    }
  });

  test('a rule can ask for it, and a message can decline', async () => {
    const kept = { metadata: { kept: true } };
    expect(await run('by rule', kept)).toMatchObject({ config: { cache_enabled: true, cache_ttl: '10m' } });
    expect((await run('by rule', kept)).reply).toMatchObject({ cached: true });
    const declined = await run('by rule', { ...kept, config: { cache_enabled: false } });
    expect(declined.reply).not.toHaveProperty('cached');
    expect(calls()).toBe(2);
  });

  test('what is cut or fails is not kept', async () => {
    upstream.behave({ finishReason: 'length' });
    await run('cut');
    upstream.behave({ status: 400 });
    expect(await run('cut')).toMatchObject({ status: 'failed' });
    upstream.behave({});
    expect((await run('cut')).reply).not.toHaveProperty('cached');
    expect(calls()).toBe(3);
    expect((await run('cut')).reply).toMatchObject({ cached: true });
  });

  test('equal messages that run at once share one call', async () => {
    upstream.behave({ firstChunkDelayMs: 1_500 });
    const hits = await counted('hit');
    const ids = await Promise.all(Array.from({ length: 20 }, () => client.send('all at once', ON)));
    const ended = await Promise.all(ids.map((id) => client.ended(id)));
    expect(ended.map(({ reply }) => reply.content)).toEqual(ids.map(() => 'all at once'));
    expect(ended.filter(({ reply }) => reply.cached === true)).toHaveLength(19);
    expect(calls()).toBe(1);
    // On a busy machine some begin when the call has ended.
    const shared = await counted('shared');
    expect(shared).toBeGreaterThan(5);
    expect(shared + (await counted('hit')) - hits).toBe(19);
  });

  test('a call that fails fails no message that waits for it', async () => {
    upstream.behave({ status: 400, firstChunkDelayMs: 1_000 }, {});
    const ids = await Promise.all(Array.from({ length: 6 }, () => client.send('unlucky', ON)));
    const ended = await Promise.all(ids.map((id) => client.ended(id)));
    expect(ended.map(({ status }) => status as string).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'completed'),
      'failed',
    ]);
  });

  test('one that waits for the call of another can be cancelled', async () => {
    upstream.behave({ firstChunkDelayMs: 1_500 });
    const leader = await client.send('to be cancelled', ON);
    await eventually(() => expect(calls()).toBe(1));
    const follower = await client.send('to be cancelled', ON);
    await eventually(async () => {
      expect((await client.get(`/api/v1/messages/${follower}`)).body.status).toBe('processing');
    });
    await client.delete(`/api/v1/messages/${follower}`);
    expect(await client.ended(follower)).toMatchObject({ status: 'cancelled', reply: null });
    expect(await client.ended(leader)).toMatchObject({ status: 'completed' });
    expect(calls()).toBe(1);
  });

  test('the turns of a conversation go on behind an answer that was there', async () => {
    const talk = async () => {
      const { body } = await client.post('/api/v1/conversations', { user_id: 'u' });
      const ids = [];
      for (const content of ['one', 'two', 'three'])
        ids.push(await client.send(content, { ...ON, conversation_id: body.id }));
      return Promise.all(ids.map((id) => client.ended(id)));
    };
    await talk();
    expect((await talk()).map(({ reply }) => [reply.content, reply.cached])).toEqual([
      ['one', true],
      ['two', true],
      ['three', true],
    ]);
    expect(calls()).toBe(3);
  });
});

test('a worker that dies while others wait for its call holds them up for seconds only', async () => {
  const system = await startSystem('fleet', { PROVIDERS_FILE: file, API_KEYS });
  onTestFinished(() => system.stop());
  const client = clientOf(system);
  upstream.behave({ hangBeforeHeaders: true }, {});
  const ids = [await client.send('widowed', ON)];
  await eventually(() => expect(calls()).toBe(1));
  const counts = await running(system.workers, 1);
  ids.push(await client.send('widowed', ON));
  await system.kill(system.workers[counts.indexOf(1)]!);
  const killedAt = performance.now();
  const ended = await Promise.all(ids.map((id) => client.ended(id)));
  expect(ended.map(({ status, reply }) => [status, reply?.content])).toEqual(
    ids.map(() => ['completed', 'widowed']),
  );
  expect(performance.now() - killedAt).toBeLessThan(10_000);
});

describe('the cache when Redis goes away', () => {
  test('holds no message up, and is there again when Redis is', async () => {
    const stores = await PrivateStores.start();
    const system = stores.system('fleet', { PROVIDERS_FILE: file, API_KEYS });
    onTestFinished(() => system.stop());
    await Promise.all(
      (['api-gateway', 'queue-manager', 'scheduler'] as const).map((role) => system.start(role)),
    );
    const client = clientOf(system);
    upstream.behave({ chunks: 3, chunkDelayMs: 500 }, {});
    const id = await client.send('while Redis goes', ON);
    await eventually(() => expect(calls()).toBe(1));
    stores.freeze(stores.redis);
    const answered = eventually(() => expect(upstream.calls()[0]!.outcome).toBe('completed'));
    await answered;
    const answeredAt = performance.now();
    expect(await client.ended(id)).toMatchObject({ status: 'completed' });
    expect(performance.now() - answeredAt).toBeLessThan(2_000);
    stores.thaw(stores.redis);
    await eventually(
      async () => {
        const again = await client.ended(await client.send('when Redis is back', ON));
        expect(again.reply).toMatchObject({ cached: true });
      },
      { timeoutMs: 15_000 },
    );
  });
});
