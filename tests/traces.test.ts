import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageIdOf } from '#contracts';
import { eventually } from '#testing';
import { CallbackReceiver } from './support/callback-receiver.js';
import { Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { createSystem, type System } from './support/system.js';
import { type CollectedSpan, TraceCollector } from './support/trace-collector.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const [SERVER, CLIENT, CONSUMER] = [2, 3, 5];
const PROMPT = 'canary-of-the-prompt';

const newTrace = () => crypto.randomUUID().replaceAll('-', '');
const CALLER = 'b7ad6b7169203331';

test('nothing but one file knows OpenTelemetry, and that one is loaded only where it is wanted', () => {
  const sources = globSync('{apps,libs}/*/src/**/*.ts');
  const importing = (what: RegExp) => sources.filter((file) => what.test(readFileSync(file, 'utf8')));
  expect(importing(/from '@opentelemetry\//)).toEqual(['libs/observability/src/tracing/otel-tracing.ts']);
  expect(importing(/from '.*\/otel-tracing\.js'/)).toEqual([]);
  expect(importing(/import\('.*\/otel-tracing\.js'\)/)).toEqual([
    'libs/observability/src/tracing/open-tracing.ts',
  ]);
});

describe('traces of a fleet', { timeout: 150_000 }, () => {
  let collector: TraceCollector;
  let upstream: FakeUpstream;
  let receiver: CallbackReceiver;
  let system: System;
  const as = (headers: Readonly<Record<string, string>> = {}) => new Client(system.gateways[0]!.url, headers);

  beforeAll(async () => {
    collector = await TraceCollector.start();
    upstream = await startFakeUpstream();
    receiver = await CallbackReceiver.start();
    system = await createSystem('fleet', {
      ...openAiEnv(upstream),
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-of-the-collector=a%20secret',
      WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      WEBHOOK_POLL: '50ms',
    });
    for (const role of ['api-gateway', 'queue-manager', 'scheduler'] as const) await system.start(role);
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await receiver?.die();
    await upstream?.close();
    await collector?.stop();
  });

  /** The spans of a trace once these have come, by their names. */
  function spansOf(trace: string, ...names: string[]): Promise<Record<string, CollectedSpan>> {
    return eventually(
      () => {
        const spans = collector.of(trace);
        expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
        return Object.fromEntries(spans.map((span) => [span.name, span]));
      },
      { timeoutMs: 60_000 },
    );
  }

  async function process(trace: string, task: object): Promise<string> {
    const traced = as({ traceparent: `00-${trace}-${CALLER}-01` });
    const { status, body } = await traced.post('/api/v1/tasks', { type: 'custom', prompt: PROMPT, ...task });
    expect(status).toBe(201);
    return messageIdOf(body.task_id as string)!;
  }

  test('a message is one trace, from whoever sends it to whoever is called back', async () => {
    const trace = newTrace();
    upstream.behave({ chunks: 3, chunkDelayMs: 5 });
    const task = { callback_url: receiver.url('/done'), parameters: { temperature: 0.5, max_tokens: 50 } };
    const id = await process(trace, task);
    await as().events(id);
    const spans = await spansOf(
      trace,
      'POST /api/v1/tasks',
      'process message',
      'chat fake-model',
      'stream reply',
      'POST callback',
    );
    const accept = spans['POST /api/v1/tasks']!;
    const run = spans['process message']!;
    const chat = spans['chat fake-model']!;
    expect(accept).toMatchObject({ kind: SERVER, parent: CALLER, program: 'api-gateway', failed: false });
    expect(accept.attributes).toMatchObject({
      'http.route': '/api/v1/tasks',
      'http.response.status_code': 201,
      'llmq.message.id': id,
    });
    expect(run).toMatchObject({ kind: CONSUMER, parent: accept.id, program: 'queue-manager', failed: false });
    expect(run.attributes).toMatchObject({
      'llmq.message.id': id,
      'llmq.message.attempt': 1,
      'llmq.lane': 'openai',
    });
    expect(chat).toMatchObject({ kind: CLIENT, parent: run.id, program: 'queue-manager' });
    expect(chat.events).toEqual(['first token']);
    expect(chat.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'fake-model',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.output_tokens': expect.any(Number),
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(upstream.url).port),
    });
    expect(spans['stream reply']).toMatchObject({
      kind: SERVER,
      parent: accept.id,
      program: 'api-gateway',
      attributes: { 'llmq.message.id': id, 'llmq.stream.after': 0 },
    });
    const callback = spans['POST callback']!;
    expect(callback).toMatchObject({ kind: CLIENT, parent: accept.id, program: 'scheduler', failed: false });
    const received = receiver.at('/done').at(-1)!;
    expect(received.headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(collector.headers[0]).toMatchObject({ 'x-of-the-collector': 'a secret' });
  });

  test('says nothing of what was said, and providers hear nothing of it', async () => {
    await eventually(() => expect(collector.spans.length).toBeGreaterThan(0));
    expect(JSON.stringify(collector.spans)).not.toContain(PROMPT);
    expect(upstream.calls().map(({ headers }) => headers['traceparent'])).toEqual(
      upstream.calls().map(() => undefined),
    );
  });

  test('an attempt that fails is told by its code, and the next one is of the same trace', async () => {
    const trace = newTrace();
    upstream.behave({ status: 500 }, { chunks: 1 });
    const id = await process(trace, {});
    await as().ended(id, 60_000);
    const tries = await eventually(
      () => {
        const all = collector.of(trace).filter(({ name }) => name === 'process message');
        expect(all).toHaveLength(2);
        return all.toSorted(
          (a, b) =>
            Number(a.attributes['llmq.message.attempt']) - Number(b.attributes['llmq.message.attempt']),
        );
      },
      { timeoutMs: 60_000 },
    );
    expect(tries.map(({ failed }) => failed)).toEqual([true, false]);
    expect(tries[0]!.attributes['error.type']).toBe('provider_unavailable');
    expect(new Set(tries.map(({ parent }) => parent)).size).toBe(1);
    const chats = collector.of(trace).filter(({ name }) => name === 'chat fake-model');
    expect(chats.filter(({ failed }) => failed).map(({ parent }) => parent)).toContain(tries[0]!.id);
  });

  test('log lines about a message carry its trace, and its answer does not', async () => {
    const trace = newTrace();
    upstream.behave({ chunks: 1 });
    const id = await process(trace, {});
    const message = await as().ended(id, 60_000);
    expect(JSON.stringify(message)).not.toContain(trace);
    await system.workers[0]!.process.waitForLine(new RegExp(`"trace_id":"${trace}".*message ended`), 60_000);
  });

  test('who begins no trace is given one, and who does not want his recorded is not recorded', async () => {
    upstream.behave({ chunks: 1 });
    const unwanted = newTrace();
    await as({ traceparent: `00-${unwanted}-${CALLER}-00` }).send('Hello');
    const id = await as({ traceparent: 'nonsense' }).send('Hello');
    const own = await eventually(
      () => {
        const run = collector.spans.find(
          ({ name, attributes }) => name === 'process message' && attributes['llmq.message.id'] === id,
        );
        expect(run).toBeDefined();
        const accept = collector.of(run!.traceId).find(({ name }) => name === 'POST /api/v1/messages');
        expect(accept).toBeDefined();
        return { run: run!, accept: accept! };
      },
      { timeoutMs: 60_000 },
    );
    expect(own.accept.parent).toBeUndefined();
    expect(own.run.parent).toBe(own.accept.id);
    expect(collector.of(unwanted)).toEqual([]);
  });

  test('where it is configured, providers are told and contents recorded; what is left is sent at the end', async () => {
    const before = collector.spans.length;
    await Promise.all(system.workers.map((worker) => system.terminate(worker)));
    const worker = await system.start('queue-manager', {
      TRACE_TO_PROVIDERS: 'true',
      TRACE_CONTENTS: 'true',
    });
    const trace = newTrace();
    upstream.behave({ reply: 'an answer' });
    upstream.clearCalls();
    await as().ended(await process(trace, {}), 60_000);
    expect(await system.terminate(worker)).toBe(0);
    const chat = collector.spans
      .slice(before)
      .find((span) => span.traceId === trace && span.name === 'chat fake-model')!;
    expect(JSON.parse(String(chat.attributes['gen_ai.input.messages'])).at(-1)).toEqual({
      role: 'user',
      parts: [{ type: 'text', content: PROMPT }],
    });
    expect(JSON.parse(String(chat.attributes['gen_ai.output.messages']))[0].parts[0].content).toBe(
      'an answer',
    );
    expect(upstream.calls()[0]!.headers['traceparent']).toBe(`00-${trace}-${chat.id}-01`);
  });
});
