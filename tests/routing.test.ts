import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { putKeyBack } from './support/put-key-back.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type Behaviour } from './upstream/behaviour.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const FINE = { reply: 'fine' };

/** Turned away by the account, for longer than any test lasts. */
const CLOSED: readonly (readonly [string, Behaviour])[] = [
  ['429 with a long Retry-After', { status: 429, retryAfter: 60 }],
  [
    'an empty quota',
    {
      status: 429,
      errorBody: { error: { message: 'no credit', code: 'insufficient_quota' } },
      retryAfter: 60,
    },
  ],
];

const FAILING: readonly (readonly [string, Behaviour])[] = [
  ['500', { status: 500 }],
  ['an upstream that has too much to do', { status: 529 }],
  ['a refused key', { status: 401 }],
  ['an answer that is none', { html: true, status: 200 }],
];

const yaml = (names: Readonly<Record<string, FakeUpstream>>) => `
providers:
${Object.entries(names)
  .map(
    ([name, { url }]) => `  - name: ${name}
    kind: openai-compatible
    keys: [{ secret: sk-${name}, id: main }]
    endpoints: [{ url: '${url}/v1' }]
    max_concurrency: 5
    default_model: ${name}-large
    models:
      - { id: ${name}-large, capabilities: [chat, tools, json], context_window: 100000, max_output_tokens: 1000, price: free, quality: 1, speed: 0.1 }
      - { id: ${name}-small, capabilities: [chat], context_window: 1000, max_output_tokens: 500, price: free, quality: 0.1, speed: 1 }
`,
  )
  .join('')}
routing:
  aliases: { clever: first/first-large }
  fallbacks: { first: [second], first/first-small: [second/second-small] }
  rules:
    - name: the patient
      conditions: [{ field: priority, operator: eq, value: low }]
      targets: [second/second-small]
      fallbacks: []
    - name: everything else
      targets: [first]
`;

describe.each(PROFILES)('routing (%s)', (topology) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-routing-'));
  let first: FakeUpstream;
  let second: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    [first, second] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    const file = join(folder, 'providers.yaml');
    writeFileSync(file, yaml({ first, second }));
    // No test is to learn from the faults of those before it.
    const patient = { ENDPOINTS_FAILURES_IN_A_ROW: '1000', ENDPOINTS_FAILURE_RATE: '1' };
    system = await startSystem(topology, { PROVIDERS_FILE: file, ...patient });
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => {
    for (const upstream of [first, second]) {
      upstream.clearCalls();
      upstream.behave(FINE);
    }
  });
  afterAll(async () => {
    await system?.stop();
    await Promise.all([first, second].map((upstream) => upstream?.close()));
    rmSync(folder, { recursive: true });
  });

  const run = async (content: string, extra: Readonly<Record<string, unknown>> = {}) =>
    client.ended(await client.send(content, extra));

  /** Until every gateway and every worker has heard that the first provider can be called again. */
  const opened = () =>
    eventually(async () => {
      const probes = await Promise.all(Array.from({ length: 8 }, () => run('probe')));
      for (const message of probes) expect(message).toMatchObject({ reply: { provider: 'first' } });
    });

  test('a rule decides where a message goes, and the message says why', async () => {
    expect(await run('patient', { priority: 'low' })).toMatchObject({
      provider: 'second',
      model: 'second-small',
      reply: { provider: 'second', model: 'second-small' },
      routing: { targets: [{ provider: 'second', model: 'second-small' }], rule: 'the patient' },
    });
    expect(second.calls().map(({ model }) => model)).toEqual(['second-small']);
  });

  test('what a message asks of the model reaches the model', async () => {
    const parameters = { temperature: 0.1, max_tokens: 77, stop: ['END'], seed: 4 };
    const asks = { model: 'clever', system_prompt: 'Be brief.', parameters };
    expect(await run('with parameters', asks)).toMatchObject({ ...asks, model: 'first-large' });
    const { body } = first.calls()[0]!;
    expect(body).toMatchObject({
      model: 'first-large',
      temperature: 0.1,
      stop: ['END'],
      seed: 4,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'with parameters' },
      ],
    });
    expect(JSON.stringify(body)).toContain('77');
  });

  test.each([
    [{ model: 'nothing' }, 'model_unknown'],
    [{ provider: 'nobody' }, 'provider_unknown'],
    [
      { model: 'first-small', parameters: { tools: [{ type: 'function', function: { name: 'f' } }] } },
      'no_target',
    ],
    [{ provider: 'first', model: 'first-small', parameters: { max_tokens: 900 } }, 'no_target'],
    [{ parameters: { temperature: 9 } }, 'invalid_request'],
  ])('%j is refused as %s', async (asks, code) => {
    const { status, body } = await client.post('/api/v1/messages', { user_id: 'u', content: 'x', ...asks });
    expect([status, body.code]).toEqual([expect.any(Number), code]);
    expect(status).toBeLessThan(500);
  });

  test.each(FAILING)('%s before the first byte sends a message on, and counts no retry', async (_, fault) => {
    first.behave(fault);
    if ('status' in fault && fault.status === 401)
      onTestFinished(async () => {
        first.behave({ ...FINE, firstChunkDelayMs: 50 });
        await putKeyBack(client, 'first');
        await opened();
      });
    expect(await run('goes on')).toMatchObject({
      status: 'completed',
      retry_count: 0,
      provider: 'second',
      reply: { content: 'fine', provider: 'second', model: 'second-large' },
      routing: { at: 1 },
    });
    expect([first.calls().length, second.calls().length]).toEqual([1, 1]);
  });

  test.each<readonly [string, Behaviour]>([
    ['word', { reply: 'half of it', cutAfterChunks: 1 }],
    ['thought', { reasoning: 'Let me see', reply: 'never said', cutAfterChunks: 0 }],
  ])('after the first %s nobody else is asked', async (_, cut) => {
    first.behave(cut, FINE);
    expect(await run('cut')).toMatchObject({ status: 'completed', retry_count: 1, provider: 'first' });
    expect([first.calls().length, second.calls().length]).toEqual([2, 0]);
  });

  test('a provider that is named is used, or fails', async () => {
    first.behave({ status: 400 });
    expect(await run('named', { provider: 'first' })).toMatchObject({ status: 'failed', provider: 'first' });
    expect(second.calls()).toEqual([]);
  });

  test('when all fail, the round is a retry, and in the end there is a dead letter', async () => {
    first.behave({ status: 500 });
    second.behave({ status: 500 });
    expect(await run('nowhere', { max_retries: 1 })).toMatchObject({ status: 'failed', retry_count: 1 });
    expect(first.calls().length + second.calls().length).toBe(4);
  });

  // Last: the first provider stays closed.
  test.each(CLOSED)(
    '%s: all that wait complete through the other, and no attempt is lost',
    async (_, fault) => {
      first.behave(fault);
      second.behave({ ...FINE, firstChunkDelayMs: 20 });
      const ids = await Promise.all(Array.from({ length: 40 }, (__, n) => client.send(`storm ${n}`)));
      const ended = await Promise.all(ids.map((id) => client.ended(id)));
      for (const message of ended)
        expect(message).toMatchObject({ status: 'completed', retry_count: 0, reply: { provider: 'second' } });
      expect(second.calls()).toHaveLength(40);
      expect(first.calls().length).toBeLessThanOrEqual(5);
    },
  );
});
