import { Client as Postgres } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, onTestFinished } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client, type StreamEvent, textOf } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { putKeyBack } from './support/put-key-back.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type Behaviour } from './upstream/behaviour.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const MAX_RETRIES = 2;
const FIRST_TOKEN_MS = 900;
const IDLE_MS = 300;

const FINE = { reply: 'all is well again' };
const QUOTA = {
  error: { message: 'You have no quota', type: 'insufficient_quota', code: 'insufficient_quota' },
};

/** What pauses the upstream and costs the message nothing but time; the last one says for how long at least, in ms. */
const SATURATED: readonly (readonly [string, Behaviour, number])[] = [
  ['429', { status: 429 }, 100],
  ['429 with Retry-After', { status: 429, retryAfter: 1 }, 1_000],
  ['429 with retry-after-ms', { status: 429, retryAfterMs: 300 }, 300],
  ['an upstream that has too much to do', { status: 529 }, 100],
  ['an empty quota', { status: 429, retryAfter: 1, errorBody: QUOTA }, 1_000],
];

/** What a second attempt makes good. */
const TRANSIENT: readonly (readonly [string, Behaviour, string])[] = [
  ['500', { status: 500 }, 'provider_unavailable'],
  ['503 with Retry-After', { status: 503, retryAfter: 1 }, 'provider_unavailable'],
  ['a page of a proxy with 502', { status: 502, html: true }, 'provider_unavailable'],
  ['a page of a proxy with 200', { html: true }, 'provider_bad_response'],
  ['408', { status: 408 }, 'provider_timeout'],
  ['504', { status: 504 }, 'provider_timeout'],
  ['silence before the headers', { hangBeforeHeaders: true }, 'provider_timeout'],
  ['silence behind the headers', { chunks: 3, hangAfterChunks: 0 }, 'provider_timeout'],
  ['silence in the middle', { chunks: 5, hangAfterChunks: 2 }, 'provider_timeout'],
  ['a cut before the headers', { cutBeforeHeaders: true }, 'provider_unavailable'],
  ['a cut before the first token', { chunks: 3, cutAfterChunks: 0 }, 'provider_unavailable'],
  ['a cut in the middle', { chunks: 5, cutAfterChunks: 3 }, 'provider_unavailable'],
  ['a cut before the last event', { chunks: 3, cutAfterChunks: 3 }, 'provider_unavailable'],
  ['garbage', { chunks: 3, garbage: true }, 'provider_bad_response'],
  ['an error before the first token', { chunks: 3, errorInStream: 0 }, 'provider_unavailable'],
  ['an error in the middle', { chunks: 3, errorInStream: 2 }, 'provider_unavailable'],
  ['an error behind the last token', { chunks: 3, errorInStream: true }, 'provider_unavailable'],
  ['an answer without choices', { emptyChoices: true }, 'provider_bad_response'],
];

/** One of each code, to the bitter end. */
const HOPELESS = TRANSIENT.filter(([name]) =>
  ['500', 'silence in the middle', 'garbage', 'an answer without choices'].includes(name),
);

/** What no second attempt would make good. */
const PERMANENT: readonly (readonly [string, Behaviour, string])[] = [
  ['400', { status: 400 }, 'provider_rejected'],
  ['401', { status: 401 }, 'provider_unauthorized'],
  ['403', { status: 403 }, 'provider_unauthorized'],
  ['404', { status: 404 }, 'provider_rejected'],
  ['413', { status: 413 }, 'provider_rejected'],
  ['422 with a page', { status: 422, html: true }, 'provider_rejected'],
];

/** What looks odd and is an answer. */
const HARMLESS: readonly (readonly [string, Behaviour])[] = [
  ['an answer without [DONE]', { noDone: true }],
  ['a first chunk without choices', { emptyChoices: 'first' }],
  ['an answer in single bytes', { dripBytes: 0 }],
  ['single bytes of an answer with umlauts', { dripBytes: 0, reply: 'grüße 😀 süß' }],
  ['a content-type that is none', { contentType: 'application/octet-stream' }],
  ['many words at once', { chunks: 2_000 }],
  ['a model that thinks before its first token', { firstChunkDelayMs: IDLE_MS * 2 }],
  ['a slow model', { chunks: 4, chunkDelayMs: IDLE_MS / 2 }],
];

describe.each(PROFILES)('faults of the provider (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, {
      ...openAiEnv(upstream),
      OPENAI_FIRST_TOKEN_TIMEOUT: `${FIRST_TOKEN_MS}ms`,
      OPENAI_IDLE_TIMEOUT: `${IDLE_MS}ms`,
      MESSAGE_MAX_RETRIES: String(MAX_RETRIES),
      MESSAGE_RETRY_BASE: '20ms',
      // Here every message meets its own fault, and none is to learn from those before it.
      ENDPOINTS_FAILURES_IN_A_ROW: '1000',
      ENDPOINTS_FAILURE_RATE: '1',
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });
  beforeEach(() => upstream.clearCalls());

  /** Sends a message, reads its stream to the end, and answers with both. */
  async function run(content = 'tell me'): Promise<{ message: Answer['body']; events: StreamEvent[] }> {
    const id = await client.send(content);
    const events = await client.events(id);
    const message = (await client.get(`/api/v1/messages/${id}`)).body;
    expect(events.filter(({ event }) => event === 'end')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: message.status } });
    expect(await new Client(system.gateways.at(-1)!.url).events(id)).toEqual(events);
    return { message, events };
  }

  const resets = (events: readonly StreamEvent[]) =>
    events.filter(({ event }) => event === 'reset').map(({ data }) => data['attempt']);

  async function deadLetters(code: string): Promise<number> {
    const pages = await Promise.all(
      system.workers.map(async ({ url }) => (await new Client(url).get('/metrics')).body as string),
    );
    const counts = pages.map((page) => {
      const line = new RegExp(`^llmq_dead_letters_total\\{code="${code}"\\} (\\d+)$`, 'm').exec(page);
      return Number(line?.[1] ?? 0);
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Looks into Postgres; a second process cannot read the embedded database. */
  async function expectDeadLetter(id: string, expected: object): Promise<void> {
    if (topology === 'embedded') return;
    const postgres = new Postgres({ connectionString: system.env['DATABASE_URL'] });
    await postgres.connect();
    try {
      const select = 'SELECT code, attempts, user_id FROM dead_letters WHERE message_id = $1';
      expect((await postgres.query(select, [id])).rows).toEqual([{ user_id: 'u', ...expected }]);
    } finally {
      await postgres.end();
    }
  }

  test.each(SATURATED)('%s pauses the upstream and costs no attempt', async (_, fault, pauseMs) => {
    upstream.behave(fault, FINE);
    const { message } = await run();
    expect(message).toMatchObject({ status: 'completed', retry_count: 0, reply: { content: FINE.reply } });
    const [first, second, ...more] = upstream.calls();
    expect(more).toEqual([]);
    expect(second!.receivedAt - first!.receivedAt).toBeGreaterThanOrEqual(pauseMs);
  });

  test('a paused upstream is asked by nobody, and its pause keeps no other upstream waiting', async () => {
    upstream.behave({ status: 429, retryAfter: 1 }, FINE);
    const ids = await Promise.all([1, 2, 3].map((n) => client.send(`waits ${n}`)));
    await eventually(() => expect(upstream.calls().length).toBeGreaterThanOrEqual(1));
    const other = await client.send('elsewhere', { provider: 'simulator' });
    await client.events(other);
    expect((await client.get(`/api/v1/messages/${other}`)).body).toMatchObject({ status: 'completed' });
    for (const id of ids) expect((await client.events(id)).at(-1)).toMatchObject({ event: 'end' });
    expect(upstream.calls().length).toBeLessThanOrEqual(6);
  });

  test.each(TRANSIENT)('%s is made good by a second attempt', async (_, fault) => {
    upstream.behave(fault, FINE);
    const { message, events } = await run();
    expect(message).toMatchObject({
      status: 'completed',
      error: null,
      retry_count: 1,
      reply: { content: FINE.reply, finish_reason: 'stop' },
    });
    expect(upstream.calls()).toHaveLength(2);
    expect(resets(events)).toEqual([2]);
    expect(textOf(events)).toBe(FINE.reply);
    const [first, second] = upstream.calls();
    const asked = fault.retryAfterMs ?? Number(fault.retryAfter ?? 0) * 1_000;
    // The end of a call that was broken off may reach the upstream a moment after the next one.
    expect(second!.receivedAt - first!.finishedAt!).toBeGreaterThanOrEqual(asked - 5);
    expect(second!.requestId).toBe(first!.requestId);
  });

  test.each(HOPELESS)('%s on every attempt makes a dead letter', async (_, fault, code) => {
    upstream.behave(fault);
    const before = await deadLetters(code);
    const { message, events } = await run();
    expect(message).toMatchObject({
      status: code === 'provider_timeout' ? 'timeout' : 'failed',
      error: { code, message: expect.stringMatching(/\S/) },
      retry_count: MAX_RETRIES,
      reply: null,
    });
    expect(events.at(-1)!.data['error']).toEqual(message.error);
    expect(upstream.calls()).toHaveLength(1 + MAX_RETRIES);
    expect(resets(events)).toEqual([2, 3]);
    expect(await deadLetters(code)).toBe(before + 1);
    await expectDeadLetter(message.id, { code, attempts: 1 + MAX_RETRIES });
  });

  test.each(PERMANENT)('%s is not tried again', async (_, fault, code) => {
    upstream.behave(fault, FINE);
    if (code === 'provider_unauthorized') onTestFinished(() => putKeyBack(client, 'openai'));
    const before = await deadLetters(code);
    const { message, events } = await run();
    expect(message).toMatchObject({ status: 'failed', error: { code }, retry_count: 0, reply: null });
    expect(upstream.calls()).toHaveLength(1);
    expect(events.map(({ event }) => event)).toEqual(['started', 'end']);
    expect(await deadLetters(code)).toBe(before + 1);
    await expectDeadLetter(message.id, { code, attempts: 1 });
  });

  test.each(HARMLESS)('%s is no fault', async (_, behaviour) => {
    upstream.behave(behaviour);
    const { message, events } = await run('Hello again');
    const { reply, chunks } = behaviour;
    const text =
      chunks === undefined
        ? (reply ?? 'Hello again')
        : Array.from({ length: chunks }, (__, i) => `word${i + 1}`).join(' ');
    expect(message).toMatchObject({ status: 'completed', retry_count: 0, reply: { content: text } });
    expect(upstream.calls()).toHaveLength(1);
    expect(resets(events)).toEqual([]);
    expect(textOf(events)).toBe(text);
  });

  test.each(['length', 'content_filter', 'tool_calls'] as const)(
    'the reason %s of the end is kept',
    async (finishReason) => {
      upstream.behave({ finishReason });
      const { message, events } = await run();
      expect(message).toMatchObject({ status: 'completed', reply: { finish_reason: finishReason } });
      expect(events.at(-1)!.data['finish_reason']).toBe(finishReason);
    },
  );

  test('the usage is what the provider counted', async () => {
    upstream.behave({ chunks: 7 });
    const { message, events } = await run('four words of prompt');
    const usage = { prompt_tokens: 4, completion_tokens: 7, total_tokens: 11 };
    expect(message.reply.usage).toEqual({ ...usage, estimated: false });
    expect(events.at(-1)!.data['usage']).toEqual(usage);
  });

  test('the usage is estimated where the provider counts nothing', async () => {
    upstream.behave({ noUsage: true, chunks: 7 });
    const { usage } = (await run('four words of prompt')).message.reply;
    expect(usage).toEqual({
      prompt_tokens: expect.any(Number),
      completion_tokens: expect.any(Number),
      total_tokens: usage.prompt_tokens + usage.completion_tokens,
      estimated: true,
    });
    expect(usage.prompt_tokens).toBeGreaterThanOrEqual(4);
    expect(usage.completion_tokens).toBeGreaterThanOrEqual(7);
  });

  test('tool calls, thoughts and the details of the usage are kept beside the text', async () => {
    upstream.behave({
      reply: 'Let me see.',
      reasoning: 'They want to know.',
      toolCalls: [
        { name: 'get_weather', arguments: '{"city":"Berlin"}' },
        { name: 'get_time', arguments: '{}' },
      ],
      cachedTokens: 2,
      reasoningTokens: 1,
    });
    const { message, events } = await run('four words of prompt');
    const call = (name: string, json: string) => ({
      id: expect.stringMatching(/^call_/),
      type: 'function',
      function: { name, arguments: json },
    });
    expect(message.reply).toMatchObject({
      content: 'Let me see.',
      finish_reason: 'tool_calls',
      reasoning: 'They want to know.',
      tool_calls: [call('get_weather', '{"city":"Berlin"}'), call('get_time', '{}')],
      usage: { prompt_tokens: 4, cached_tokens: 2, reasoning_tokens: 1, estimated: false },
    });
    expect(textOf(events)).toBe('Let me see.');
  });

  test('several kinds of faults in a row leave one reply', async () => {
    upstream.behave({ chunks: 5, cutAfterChunks: 4 }, { chunks: 3, garbage: true }, FINE);
    const { message, events } = await run();
    expect(message).toMatchObject({ status: 'completed', retry_count: 2, reply: { content: FINE.reply } });
    expect(resets(events)).toEqual([2, 3]);
    expect(textOf(events)).toBe(FINE.reply);
    expect(events.filter(({ event }) => event === 'started')).toHaveLength(1);
  });

  test('many messages with cut attempts leave one call for each attempt and at most one reply', async () => {
    const count = 30;
    const cuts = Array.from({ length: count }, () => ({ chunks: 6, cutAfterChunks: 5 }));
    upstream.behave(...cuts, { chunks: 6 });
    const results = await Promise.all(cuts.map(() => run()));
    const text = 'word1 word2 word3 word4 word5 word6';
    for (const { message, events } of results) {
      // A message that had bad luck on every attempt.
      const failed = message.status === 'failed';
      expect(message).toMatchObject(
        failed
          ? { reply: null, retry_count: MAX_RETRIES }
          : { status: 'completed', reply: { content: text } },
      );
      expect(textOf(events)).toBe(failed ? 'word1 word2 word3 word4 word5' : text);
      expect(resets(events)).toEqual([2, 3].slice(0, message.retry_count));
    }
    const attempts = results.reduce((sum, { message }) => sum + 1 + message.retry_count, 0);
    expect(upstream.calls()).toHaveLength(attempts);
  });
});
