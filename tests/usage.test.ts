import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const MILLION = 1_000_000;
/** For a million tokens. */
const USD = { input: 0.25, output: 2, cached: 0.025 };
const CNY = { input: 2, output: 8 };

const folder = mkdtempSync(join(tmpdir(), 'llmq-usage-'));
const file = join(folder, 'providers.yaml');

afterAll(() => rmSync(folder, { recursive: true }));

const yaml = (here: string, there: string) => `currencies: { USD: 1, CNY: 0.14 }
routing: { fallbacks: { here: [there] } }
providers:
  - name: here
    kind: openai-compatible
    endpoints: [{ url: '${here}/v1' }]
    default_model: m1
    models:
      - { id: m1, capabilities: [chat], context_window: 100000, max_output_tokens: 10000, quality: 1, speed: 1,
          price: { currency: USD, input: ${USD.input}, output: ${USD.output}, cached_input: ${USD.cached} } }
  - name: there
    kind: openai-compatible
    endpoints: [{ url: '${there}/v1' }]
    default_model: m2
    models:
      - { id: m2, capabilities: [chat], context_window: 100000, max_output_tokens: 10000, quality: 1, speed: 1,
          price: { currency: CNY, input: ${CNY.input}, output: ${CNY.output} } }
`;

describe.each(PROFILES)('usage and cost (%s)', (topology) => {
  let upstreams: readonly [FakeUpstream, FakeUpstream];
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstreams = [await startFakeUpstream(), await startFakeUpstream()];
    writeFileSync(file, yaml(upstreams[0].url, upstreams[1].url));
    system = await startSystem(topology, { PROVIDERS_FILE: file });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await Promise.all(upstreams?.map((upstream) => upstream.close()));
  });
  beforeEach(() => upstreams.forEach((upstream) => upstream.clearCalls()));

  /** What the upstream counted for a message, by the id of its request. */
  function countedFor({ request_id }: Answer['body'], upstream = upstreams[0]) {
    const call = upstream.calls().find(({ requestId }) => requestId === request_id);
    return call!.usage!;
  }

  test('of every message is what the provider counted, at its price', async () => {
    const behaviours = Array.from({ length: 20 }, (_, i) => ({ chunks: 1 + i, cachedTokens: i % 3 }));
    upstreams[0].behave(...behaviours);
    const ids = await Promise.all(
      behaviours.map((_, i) => client.send('word '.repeat(3 + i), { provider: 'here' })),
    );
    for (const id of ids) {
      const message = await client.ended(id);
      const { prompt, completion, cached } = countedFor(message);
      const cost = ((prompt - cached) * USD.input + cached * USD.cached + completion * USD.output) / MILLION;
      expect(message.usage).toEqual({
        calls: 1,
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        cached_tokens: cached,
        estimated: false,
        cost: expect.closeTo(cost, 12),
        currency: 'USD',
        costs: { USD: expect.closeTo(cost, 12) },
      });
      expect(message.reply.usage).toMatchObject({ prompt_tokens: prompt, completion_tokens: completion });
    }
  });

  test('of a message that was turned away and went elsewhere is that of who answered', async () => {
    upstreams[0].behave({ status: 503 });
    upstreams[1].behave({ reply: 'three small words' });
    const message = await client.ended(await client.send('tell me', { provider: 'auto', model: 'here/m1' }));
    expect(message).toMatchObject({ status: 'completed', provider: 'there' });
    const { prompt, completion } = countedFor(message, upstreams[1]);
    const cost = (prompt * CNY.input + completion * CNY.output) / MILLION;
    expect(message.usage).toMatchObject({ calls: 2, prompt_tokens: prompt, completion_tokens: completion });
    expect(message.usage.costs).toEqual({ CNY: expect.closeTo(cost, 12), USD: 0 });
  });

  test('of a call that broke off is estimated, and added to that of the next one', async () => {
    upstreams[0].behave({ chunks: 5, cutAfterChunks: 3 }, { reply: 'fine' });
    const message = await client.ended(await client.send('tell me', { provider: 'here' }));
    const { prompt, completion } = upstreams[0].calls().at(-1)!.usage!;
    expect(message.usage).toMatchObject({ calls: 2, estimated: true, currency: 'USD' });
    expect(message.usage.prompt_tokens).toBeGreaterThan(prompt);
    expect(message.usage.completion_tokens).toBeGreaterThan(completion);
    expect(message.usage.cost).toBeGreaterThan((prompt * USD.input + completion * USD.output) / MILLION);
    expect(message.reply.usage).toMatchObject({ prompt_tokens: prompt, estimated: false });
  });

  describe('GET /api/v1/usage', () => {
    const usage = async (query: string) => client.get(`/api/v1/usage?${query}`);

    test('is what the providers counted, by user, through every gateway', async () => {
      upstreams[0].behave(...Array.from({ length: 12 }, (_, i) => ({ chunks: 1 + i, cachedTokens: i % 2 })));
      const sent = Array.from({ length: 12 }, (_, i) =>
        client.send('word '.repeat(3 + i), { provider: 'here', user_id: `of-${i % 3}` }),
      );
      for (const id of await Promise.all(sent)) await client.ended(id);
      const counted = upstreams[0].calls().map((call) => call.usage!);
      const sum = (of: (counts: (typeof counted)[number]) => number) =>
        counted.reduce((n, each) => n + of(each), 0);
      for (const { url } of system.gateways) {
        const { body } = await new Client(url).get('/api/v1/usage?group_by=user&provider=here');
        const users = body.groups.filter(({ key }: { key: string }) => key.startsWith('of-'));
        const total = (field: string) =>
          users.reduce((n: number, each: Record<string, number>) => n + each[field]!, 0) as number;
        expect(users).toHaveLength(3);
        expect(total('calls')).toBe(12);
        expect(total('prompt_tokens')).toBe(sum(({ prompt }) => prompt));
        expect(total('completion_tokens')).toBe(sum(({ completion }) => completion));
        expect(total('cached_tokens')).toBe(sum(({ cached }) => cached));
      }
      const { body } = await usage('group_by=user&user_id=of-1');
      expect(body).toMatchObject({
        groups: [{ key: 'of-1', calls: 4, currency: 'USD' }],
        total: { calls: 4 },
      });
    });

    test('has the same total by whatever it is grouped, and is the sum of the messages', async () => {
      const totals = await Promise.all(
        ['tenant', 'user', 'provider', 'model', 'endpoint', 'key', 'day'].map(
          async (group) => (await usage(`group_by=${group}`)).body.total,
        ),
      );
      for (const total of totals) expect(total).toEqual(totals[0]);
      const messages = (await client.get('/api/v1/messages?page_size=100')).body.messages;
      const cost = messages.reduce(
        (sum: number, message: Answer['body']) => sum + (message.usage?.costs.USD ?? 0),
        0,
      );
      expect(totals[0].costs.USD).toBeCloseTo(cost, 10);
    });

    test.each([
      ['group_by=planet', 'group_by'],
      ['from=yesterday', 'from'],
      ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
      ['group_by=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'from'],
    ])('refuses %s', async (query, field) => {
      const { status, body } = await usage(query);
      expect([status, body.errors[0].field]).toEqual([400, field]);
    });

    test('counts what was paid in the metrics', async () => {
      const pages = await Promise.all(
        system.workers.map(async ({ url }) => (await new Client(url).get('/metrics')).body as string),
      );
      expect(pages.join('\n')).toMatch(
        /llmq_provider_cost_total{provider="here",model="m1",currency="USD"} 0\.0/,
      );
    });
  });
});

describe.each(PROFILES)('budgets (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;

  const KEYS = [
    'rich:key-of-rich-0123456789:rich',
    'poor:key-of-poor-0123456789:poor',
    'both:key-of-both-0123456789:both',
  ];
  const asTenant = (tenant: string, url = system.gateways[0]!.url) =>
    new Client(url, { 'x-api-key': `key-of-${tenant}-0123456789` });
  /** With `max_tokens` of 1,000 a message may cost 0.002 USD and a little for its prompt. */
  const message = { user_id: 'u', content: 'tell me', provider: 'here', parameters: { max_tokens: 1_000 } };
  const post = (client: Client, more: object = {}) =>
    client.post('/api/v1/messages', { ...message, ...more });

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    writeFileSync(file, yaml(upstream.url, upstream.url));
    system = await startSystem(topology, {
      PROVIDERS_FILE: file,
      API_KEYS: KEYS.join(','),
      TENANTS: JSON.stringify({
        poor: { budget: { day: 0.011 } },
        both: { budget: { month: 1 }, user_budget: { day: 0.005 } },
      }),
    });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  beforeEach(() => upstream.behave({ chunks: 2, chunkDelayMs: 0 }));

  test('a hundred at once, through every gateway, reserve no more than there is; the rest is refused by name', async () => {
    upstream.behave({ hangAfterChunks: 1, chunks: 2 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        post(asTenant('poor', system.gateways[i % system.gateways.length]!.url)),
      ),
    );
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(5);
    const { status, headers, body } = answers.find((answer) => answer.status !== 201)!;
    expect([status, body.code, body.errors[0].field]).toEqual([429, 'budget_exhausted', 'budget.day']);
    expect(body.detail).toMatch(/0\.0100\d+ reserved.* begins anew at \d{4}-\d\d-\d\dT00:00:00/);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(headers.get('x-should-retry')).toBe('false');
    for (const { body: one } of accepted) await asTenant('poor').delete(`/api/v1/messages/${one.id}`);
    const ended = await Promise.all(
      accepted.map(({ body: one }) => asTenant('poor').ended(one.id as string)),
    );
    expect(ended.every((one) => one.status === 'cancelled')).toBe(true);
    expect((await post(asTenant('poor'))).status).toBe(201);
  });

  test('what was used is taken, over a restart too, and stands beside the limit', async () => {
    const id = (await post(asTenant('both'))).body.id as string;
    const { usage } = await asTenant('both').ended(id);
    const seen = async () => (await asTenant('both').get('/api/v1/usage/budgets?user_id=u')).body.budgets;
    const expected = (limit: number, of: string, span: string) => ({
      of,
      span,
      limit,
      used: usage.cost,
      reserved: 0,
      remaining: expect.closeTo(limit - usage.cost, 9),
      resets_at: expect.stringMatching(/T00:00:00.000Z$/),
    });
    await eventually(async () =>
      expect(await seen()).toEqual([expected(0.005, 'user', 'day'), expected(1, 'tenant', 'month')]),
    );
    const gateway = system.gateways[0]!;
    const role = gateway.role;
    expect(await system.terminate(gateway)).toBe(0);
    await system.start(role);
    system.members.unshift(system.members.pop()!);
    expect(await seen()).toEqual([expected(0.005, 'user', 'day'), expected(1, 'tenant', 'month')]);
  });

  test('each user has its own, and a tenant without budgets none', async () => {
    const large = { parameters: { max_tokens: 2_600 } };
    expect((await post(asTenant('both'), { ...large, user_id: 'v' })).body.code).toBe('budget_exhausted');
    expect((await post(asTenant('both'), { user_id: 'v' })).status).toBe(201);
    const { status, body } = await post(asTenant('rich'), { ...large, user_id: 'v' });
    expect(status).toBe(201);
    await asTenant('rich').ended(body.id as string);
    expect((await asTenant('rich').get('/api/v1/usage/budgets')).body).toEqual({ budgets: [] });
  });

  test('usage is of the tenant alone', async () => {
    const { body } = await asTenant('rich').get('/api/v1/usage?group_by=tenant');
    expect(body.groups.map(({ key }: { key: string }) => key)).toEqual(['rich']);
  });

  test('the statistics are those of the tenant', async () => {
    const rich = asTenant('rich');
    const before = (await rich.get('/api/v1/stats')).body;
    upstream.behave({ chunks: 2 }, { status: 400 }, { hangAfterChunks: 1, chunks: 2 });
    await rich.ended((await post(rich)).body.id as string);
    await rich.ended((await post(rich)).body.id as string);
    const running = (await post(rich)).body.id as string;
    await post(rich, { delay: '1h' });
    await eventually(async () => {
      const { body } = await rich.get('/api/v1/stats');
      expect(body).toMatchObject({
        total_tasks: (before.total_tasks as number) + 4,
        running_tasks: 1,
        queued_tasks: 1,
        completed_tasks: (before.completed_tasks as number) + 1,
        failed_tasks: 1,
        avg_process_time: expect.stringMatching(/^\d+(ms|s)$/),
        uptime: expect.stringMatching(/^\d+(ms|s|m)$/),
        last_updated: expect.stringMatching(/Z$/),
      });
    });
    await rich.delete(`/api/v1/messages/${running}`);
  });
});
