import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiError,
  type BatchProgress,
  ConnectionError,
  LlmQueue,
  MessageFailedError,
  type StreamEvent,
} from '../packages/client/src/index.js';
import { readEvents } from '../packages/client/src/read-events.js';
import { Balancer } from './support/balancer.js';
import { openAiEnv } from './support/openai-env.js';
import { createSystem, startSystem, type System } from './support/system.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

type Answer = (response: ServerResponse) => void;

const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => {
  const body = JSON.stringify({ code, detail: `It is ${code}`, status });
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(body);
};
const cut: Answer = (response) => void response.destroy();
const accepted: Answer = (response) => response.writeHead(201).end('{"id":"msg_1"}');

/** A server that gives one answer after the other; the last one again and again. */
class Scripted {
  readonly requests: IncomingHttpHeaders[] = [];
  readonly times: number[] = [];
  readonly #server: Server;

  constructor(answers: readonly Answer[]) {
    this.#server = createServer((request, response) => {
      const answer = answers[Math.min(this.requests.length, answers.length - 1)]!;
      this.requests.push(request.headers);
      this.times.push(performance.now());
      request.resume().on('end', () => answer(response));
    });
  }

  async open(options: object = {}): Promise<LlmQueue> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return new LlmQueue({ url: `http://127.0.0.1:${port}/`, userId: 'u', ...options });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('the patience of the client', () => {
  let server: Scripted;
  const answering = (...answers: Answer[]) => (server = new Scripted(answers));
  afterEach(() => server.close());

  test('sends again, under the same key, after a break and when the server asks it to wait', async () => {
    const queue = await answering(
      cut,
      problem(503, 'draining', { 'retry-after-ms': '400' }),
      accepted,
    ).open();
    expect(await queue.send('Hello')).toEqual({ id: 'msg_1' });
    const keys = server.requests.map((headers) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(server.times[2]! - server.times[1]!).toBeGreaterThan(395);
  });

  test('throws at once what will not get better', async () => {
    const queue = await answering(problem(429, 'budget_exhausted', { 'retry-after': '3600' })).open();
    const error = await queue.send('Hello').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      code: 'budget_exhausted',
      retryable: false,
      retryAfterMs: 3_600_000,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('does not wait for longer than it may', async () => {
    const queue = await answering(problem(429, 'queue_full', { 'retry-after': '90' })).open();
    await expect(queue.send('Hello')).rejects.toMatchObject({ code: 'queue_full', retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('gives up in the end', async () => {
    const queue = await answering(cut).open({ retries: 1 });
    await expect(queue.send('Hello')).rejects.toBeInstanceOf(ConnectionError);
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ['the connection breaks', cut, ConnectionError],
    ['something breaks inside', problem(500, 'internal'), ApiError],
  ])('sends nothing twice that might be done twice when %s', async (_, answer, kind) => {
    const queue = await answering(answer).open();
    await expect(queue.conversations.create()).rejects.toBeInstanceOf(kind);
    expect(server.requests).toHaveLength(1);
  });

  test('calls an answer that does not come a failure of the connection, and tries again', async () => {
    const queue = await answering(() => undefined, accepted).open({ timeoutMs: 200 });
    expect(await queue.send('Hello')).toEqual({ id: 'msg_1' });
  });

  test('ends with the signal of the caller, whatever it waits for', async () => {
    const queue = await answering(problem(503, 'draining', { 'retry-after': '50' })).open();
    const left = new AbortController();
    const sending = queue.send('Hello', {}, { signal: left.signal });
    await once(left.signal, 'abort', { signal: AbortSignal.timeout(200) }).catch(() => left.abort('enough'));
    await expect(sending).rejects.toBe('enough');
    expect(server.requests).toHaveLength(1);
  });

  test('opens a silent stream again, after the last event that it has', async () => {
    const open: Answer = (response) =>
      void response.writeHead(200).write('id: 1\nevent: delta\ndata: {"seq":1,"text":"a"}\n\n');
    const rest: Answer = (response) =>
      response
        .writeHead(200)
        .end(
          'id: 2\r\nevent: delta\r\ndata: {"seq":2,"text":"b"}\r\n\r\nevent: end\ndata: {"seq":3,"status":"completed"}\n\n',
        );
    const queue = await answering(open, rest).open({ silenceMs: 200 });
    expect((await Array.fromAsync(queue.text('msg_1'))).at(-1)).toBe('ab');
    expect(server.requests[1]!['last-event-id']).toBe('1');
  });

  test('sends a batch again while some of it may be taken later, under the same key', async () => {
    const json = (body: unknown): Answer => {
      return (response) => response.writeHead(200).end(JSON.stringify(body));
    };
    const taken = (id: string) => ({ status: 201, message: { id } });
    const full = { status: 429, error: { code: 'queue_full' } };
    const end: Answer = (response) =>
      response.writeHead(200).end('id: 1\nevent: end\ndata: {"seq":1,"status":"completed"}\n\n');
    const queue = await answering(
      json({ results: [taken('msg_1'), full] }),
      json({ results: [taken('msg_1'), taken('msg_2')] }),
      end,
      json({ id: 'msg_1', status: 'completed' }),
      end,
      json({ id: 'msg_2', status: 'failed' }),
    ).open();
    const told: BatchProgress[] = [];
    const outcomes = await queue.batch(['a', 'b'], { concurrency: 1, onProgress: (now) => told.push(now) });
    expect(outcomes).toMatchObject([{ message: { id: 'msg_1' } }, { message: { id: 'msg_2' } }]);
    expect(told.at(-1)).toEqual({ total: 2, accepted: 2, refused: 0, completed: 1, failed: 1 });
    const [first, second] = server.requests.map((headers) => headers['idempotency-key']);
    expect(second).toBe(first);
  });

  test('says which messages need a user', () => {
    server = new Scripted([accepted]);
    expect(() => new LlmQueue()).toThrow(TypeError);
    return expect(new LlmQueue({ url: 'http://localhost:1' }).send('Hello')).rejects.toThrow('user_id');
  });
});

test('server-sent events are read however the bytes are cut', async () => {
  const text =
    'retry: 5\n\n: no event\n\nid: 1\nevent: delta\ndata: ü\ndata: b\n\nid: 2\r\ndata: c\r\n\r\nid: 3\ndata: cut';
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of new TextEncoder().encode(text)) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  expect(await Array.fromAsync(readEvents(body, 10_000))).toEqual([
    { id: '1', event: 'delta', data: 'ü\nb' },
    { id: '2', event: 'message', data: 'c' },
  ]);
});

describe('the client at an embedded system', () => {
  let upstream: FakeUpstream;
  let system: System;
  let queue: LlmQueue;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', openAiEnv(upstream));
    queue = new LlmQueue({ url: system.gateways[0]!.url, userId: 'u' });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => upstream.behave({}));

  test('asks and is answered', async () => {
    expect(await queue.ask('Hello there')).toBe('Hello there');
  });

  test('shows the text as it grows', async () => {
    upstream.behave({ reply: 'one two three four five six', chunkDelayMs: 60 });
    const { id } = await queue.send('Count');
    const texts = await Array.fromAsync(queue.text(id));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.at(-1)).toBe('one two three four five six');
    for (const [at, text] of texts.entries()) expect(text.startsWith(texts[at - 1] ?? '')).toBe(true);
    expect(await queue.get(id)).toMatchObject({
      status: 'completed',
      reply: { content: 'one two three four five six' },
    });
  });

  test('finds what it sent twice under one key once', async () => {
    const key = { idempotencyKey: 'mine' };
    const [first, second] = [await queue.send('Once', {}, key), await queue.send('Once', {}, key)];
    expect(second.id).toBe(first.id);
    await expect(queue.send('Other', {}, key)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  test('takes a batch with what is wrong in it, and tells how far it is', async () => {
    const told: BatchProgress[] = [];
    const outcomes = await queue.batch(['One', '', 'Three'], {
      size: 2,
      onProgress: (now) => told.push(now),
    });
    expect(outcomes.map(({ status }) => status)).toEqual(['ended', 'refused', 'ended']);
    expect(outcomes[0]).toMatchObject({ message: { reply: { content: 'One' } } });
    expect(outcomes[1]).toMatchObject({ problem: { code: 'content_empty' } });
    expect(told.at(-1)).toEqual({ total: 3, accepted: 2, refused: 1, completed: 2, failed: 0 });
    expect(told).toHaveLength(5);
  });

  test('holds a conversation', async () => {
    upstream.behave({ reply: 'transcript' });
    const { id } = await queue.conversations.create({ title: 'Talk' });
    await queue.wait((await queue.conversations.send(id, 'First')).id);
    const second = await queue.wait((await queue.conversations.send(id, 'Second')).id);
    expect(second.reply?.content).toContain('First');
    expect(await queue.conversations.update(id, { state: 'archived' })).toMatchObject({ message_count: 2 });
    await expect(queue.conversations.send(id, 'Third')).rejects.toMatchObject({
      code: 'conversation_closed',
    });
    expect((await queue.list({ conversation_id: id, limit: 1 })).pagination.has_more).toBe(true);
  });

  test('throws what became of a message that failed, and requeues it', async () => {
    upstream.behave({ status: 400 });
    const error = (await queue.ask('Fail').catch((thrown: unknown) => thrown)) as MessageFailedError;
    expect(error).toBeInstanceOf(MessageFailedError);
    expect(error.code).toBe('provider_rejected');
    expect((await queue.deadLetters.list()).dead_letters).toMatchObject([{ id: error.failed.id }]);
    upstream.behave({});
    await queue.deadLetters.requeue(error.failed.id);
    expect(await queue.wait(error.failed.id)).toMatchObject({ status: 'completed' });
  });

  test('cancels, and a reader that leaves does not', async () => {
    upstream.behave({ chunks: 200, chunkDelayMs: 50 });
    const { id } = await queue.send('Long');
    for await (const { type } of queue.stream(id)) if (type === 'delta') break;
    expect(await queue.get(id)).toMatchObject({ status: 'processing' });
    await queue.cancel(id);
    expect(await queue.wait(id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('the client at two gateways whose connections break', () => {
  let upstream: FakeUpstream;
  let system: System;
  let balancer: Balancer;
  let proxy: TcpProxy;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await createSystem('fleet', openAiEnv(upstream));
    const roles = ['api-gateway', 'api-gateway', 'queue-manager', 'scheduler'] as const;
    await Promise.all(roles.map((role) => system.start(role)));
    balancer = await Balancer.start(system.gateways.map(({ url }) => url));
    proxy = await TcpProxy.start(Number(new URL(balancer.url).port));
  });
  afterAll(async () => {
    await proxy?.stop();
    await balancer?.stop();
    await system?.stop();
    await upstream?.close();
  });

  test('a stream goes on over broken connections and a gateway that dies', async () => {
    const reply = Array.from({ length: 60 }, (_, i) => `word-${i}`).join(' ');
    upstream.behave({ reply, chunkDelayMs: 40 });
    const queue = new LlmQueue({ url: proxy.url(balancer.url), userId: 'u', retries: 20 });
    const { id } = await queue.send('Talk');
    const events: StreamEvent[] = [];
    for await (const event of queue.stream(id)) {
      events.push(event);
      if ([5, 15].includes(events.length)) proxy.resetAll();
      if (events.length === 10) await system.kill(system.gateways[0]!);
    }
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
    expect(seqs.length).toBeGreaterThan(20);
    expect(events.map((event) => (event.type === 'delta' ? event.text : '')).join('')).toBe(reply);
    expect(events.at(-1)).toMatchObject({ type: 'end', status: 'completed' });
    expect((await queue.get(id)).reply?.content).toBe(reply);
  });
});
