import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client, type StreamEvent, textOf } from './support/client.js';
import { query } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-task-types-'));
const file = join(folder, 'task-types.yaml');

/** The shipped ones, and one of the user's own. */
const TASK_TYPES = `${readFileSync(join(import.meta.dirname, '../configs/task-types.yaml'), 'utf8')}
  - name: count.words
    system: You count for {{user_id}}.
    prompt: 'Count the words of {{data}} as {{metadata.unit}}. {{prompt}} {{schema}}'
    result: { type: object, properties: { words: { type: integer, minimum: 1 } }, required: [words], additionalProperties: false }
    model: fake-model
    parameters: { temperature: 0, top_p: 0.5 }
    limits: { timeout: 7s, max_retries: 1 }
`;

const ANALYSIS = {
  summary: 'Greets.',
  intent: 'to greet',
  sentiment: 'positive',
  topics: [],
  entities: [{ text: 'Ada', kind: 'person' }],
  confidence: 1,
};
const SHIPPED: Record<string, { data: unknown; reply: string; result?: unknown }> = {
  semantic_analysis: { data: 'Hello Ada!', reply: JSON.stringify(ANALYSIS), result: ANALYSIS },
  data_cleaning: {
    data: [{ name: ' ada ' }],
    reply: 'Cleaned:\n```json\n{"records": [{"name": "Ada"}], "changes": []}\n```',
    result: { records: [{ name: 'Ada' }], changes: [] },
  },
  category_match: {
    data: { items: ['apple'], categories: ['fruit'] },
    reply: 'So: {"matches": [{"item": "apple", "category": "fruit", "confidence": 0.9}]} I hope that helps.',
    result: { matches: [{ item: 'apple', category: 'fruit', confidence: 0.9 }] },
  },
  text_summarization: { data: 'A long text.', reply: 'A text.' },
  translation: { data: 'Guten Tag', reply: 'Good day' },
  custom: { data: { any: ['thing'] }, reply: 'Done.' },
};

describe.each(PROFILES)('task types, %s', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    writeFileSync(file, TASK_TYPES);
    upstream = await startFakeUpstream();
    system = await startSystem(topology, { ...openAiEnv(upstream), TASK_TYPES_FILE: file });
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => {
    upstream.clearCalls();
    upstream.behave({});
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  const ended = async (task_type: string | undefined, extra: object = {}) =>
    client.ended(await client.send('Please.', { ...(task_type && { task_type }), ...extra }));
  const sentTo = (n: number) =>
    upstream.calls()[n]!.body as {
      messages: { role: string; content: string }[];
      response_format?: { type: string; json_schema: { name: string; schema: object } };
      temperature?: number;
      top_p?: number;
    };
  const said = (n: number) =>
    sentTo(n)
      .messages.map(({ content }) => content)
      .join('\n');

  test.each(Object.entries(SHIPPED))('%s', async (type, { data, reply, result }) => {
    upstream.behave({ reply });
    const message = await ended(type, { data });
    expect(message).toMatchObject({ status: 'completed', task_type: type, data });
    expect(message.reply).toMatchObject({ content: reply });
    expect(message.reply.data).toEqual(result);
    expect(said(0)).toContain('Please.');
    expect(said(0)).toContain(typeof data === 'string' ? data : JSON.stringify(data, null, 2));
    expect(sentTo(0).response_format?.type).toBe(result ? 'json_schema' : undefined);
  });

  test('a type of my own has its words, its parameters and its limits', async () => {
    upstream.behave({ reply: '{"words": 2}' });
    const metadata = { unit: 'a number' };
    const message = await ended('count.words', { data: 'two words', metadata, parameters: { top_p: 0.9 } });
    expect(message).toMatchObject({ status: 'completed', timeout: '7s', max_retries: 1 });
    expect(message.routing.rule).toBe('task type count.words');
    expect(message.reply.data).toEqual({ words: 2 });
    const { messages, temperature, top_p, response_format } = sentTo(0);
    expect([temperature, top_p, response_format!.json_schema.name]).toEqual([0, 0.9, 'count_words']);
    expect(messages[0]).toEqual({ role: 'system', content: 'You count for u.' });
    expect(messages[1]!.content).toMatch(/^Count the words of two words as a number\. Please\. {\s*"type"/);
    const own = await ended('count.words', { data: 'x', timeout: '9s', max_retries: 0 });
    expect(own).toMatchObject({ timeout: '9s', max_retries: 0 });
  });

  test('data without a type reaches the model too, and the later turns of a conversation', async () => {
    const { body } = await client.post('/api/v1/conversations', { user_id: 'u' });
    const conversation_id = body.id as string;
    expect(await ended(undefined, { data: { key: 'of the data' }, conversation_id })).toMatchObject({
      status: 'completed',
      data: { key: 'of the data' },
    });
    expect(said(0)).toBe('Please.\n\n{\n  "key": "of the data"\n}');
    await ended(undefined, { conversation_id });
    expect(sentTo(1).messages[0]!.content).toBe('Please.\n\n{"key": "of the data"}');
  });

  test('an answer that is no result is asked for again, and both calls are counted', async () => {
    upstream.behave({ reply: 'I would say two.' }, { reply: '{"words": 2}' });
    const id = await client.send('Please.', { task_type: 'count.words', data: 'two words' });
    const events = await client.events(id);
    expect(resets(events)).toEqual([{ attempt: 1, reason: 'result_invalid' }]);
    expect(textOf(events)).toBe('{"words": 2}');
    const message = await client.ended(id);
    expect(message).toMatchObject({ status: 'completed', retry_count: 0 });
    expect(message.reply).toMatchObject({ content: '{"words": 2}', data: { words: 2 } });
    expect(upstream.calls()).toHaveLength(2);
    expect(sentTo(1).messages.slice(-2)).toEqual([
      { role: 'assistant', content: 'I would say two.' },
      { role: 'user', content: expect.stringMatching(/it is no JSON[^]*"minimum":1/) as string },
    ]);
    const { prompt_tokens, completion_tokens } = message.reply.usage;
    expect(events.at(-1)!.data['usage']).toMatchObject({ prompt_tokens, completion_tokens });
    expect(message.usage).toMatchObject({ calls: 2, prompt_tokens, completion_tokens });
    if (topology === 'embedded') return;
    const calls = await query<{ state: string; error_code: string; prompt: number; completion: number }>(
      system,
      `SELECT state, error_code, prompt_tokens AS prompt, completion_tokens AS completion
         FROM provider_calls WHERE message_id = $1 ORDER BY started_at, id`,
      [id],
    );
    expect(calls.map(({ state, error_code }) => [state, error_code])).toEqual([
      ['failed', 'result_invalid'],
      ['completed', null],
    ]);
    expect(calls.map(({ completion }) => completion)).toEqual([4, 2]);
    expect(calls[0]!.prompt + calls[1]!.prompt).toBe(prompt_tokens);
    expect(calls[0]!.prompt).toBeLessThan(calls[1]!.prompt);
    expect(completion_tokens).toBe(6);
  });

  test('one that is no result twice fails with the reasons, and its text is kept', async () => {
    upstream.behave({ reply: '{"words": "two"}' }, { reply: '{"words": 0, "more": 1}' });
    const message = await ended('count.words', { data: 'two words' });
    expect(message).toMatchObject({ status: 'failed', retry_count: 0, error: { code: 'result_invalid' } });
    expect(message.error.message).toContain('it must not have "more"; words must be >= 1');
    expect(message.reply).toMatchObject({ content: '{"words": 0, "more": 1}' });
    expect(message.reply).not.toHaveProperty('data');
    expect(upstream.calls()).toHaveLength(2);
    expect(said(1)).toContain('- words must be integer');
    const { body } = await client.get('/api/v1/dead-letters?limit=1');
    expect(body.dead_letters[0]).toMatchObject({ id: message.id, error: { code: 'result_invalid' } });
    upstream.behave({ reply: '{"words": 2}' });
    expect((await client.post(`/api/v1/dead-letters/${message.id}/requeue`, {})).status).toBeLessThan(300);
    expect(await client.ended(message.id as string)).toMatchObject({
      status: 'completed',
      reply: { data: { words: 2 } },
    });
  });

  test('what is cached are results only, each call by itself', async () => {
    const cached = { data: 'cached words', config: { cache_enabled: true } };
    upstream.behave(
      { reply: 'Two.' },
      { reply: '{"words": 2}' },
      { reply: 'Two!' },
      { reply: '{"words": 3}' },
    );
    const made = await ended('count.words', cached);
    expect(made.reply).toMatchObject({ data: { words: 2 } });
    expect(made.reply).not.toHaveProperty('cached');
    expect((await ended('count.words', cached)).reply).toMatchObject({ data: { words: 3 } });
    expect(upstream.calls()).toHaveLength(4);
    upstream.behave({ reply: '{"words": 4}' });
    const whole = await ended('count.words', cached);
    const again = await ended('count.words', cached);
    expect(whole.reply).toMatchObject({ data: { words: 4 } });
    expect(again.reply).toMatchObject({ ...whole.reply, cached: true });
    expect(again.usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0 });
    expect(upstream.calls()).toHaveLength(5);
  });

  test('a schema of the request is held, too', async () => {
    const schema = { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } };
    const response_format = { type: 'json_schema', json_schema: { name: 'words', schema } };
    upstream.behave({ reply: '["A"]' }, { reply: '["a"]' });
    const message = await ended(undefined, { parameters: { response_format } });
    expect(message.reply).toMatchObject({ content: '["a"]', data: ['a'] });
    expect(sentTo(0).response_format).toEqual(response_format);
    expect(said(1)).toContain('- 0 must match pattern "^[a-z]+$"');
  });

  test('a model that wants a tool called has not come to its result', async () => {
    upstream.behave({ toolCalls: [{ name: 'look', arguments: '{}' }] });
    const message = await ended('count.words', { data: 'x' });
    expect(message).toMatchObject({ status: 'completed', reply: { tool_calls: [{ type: 'function' }] } });
    expect(upstream.calls()).toHaveLength(1);
  });

  test.each<[string, object, string, string]>([
    ['a type that is not there', { task_type: 'sing' }, 'task_type_unknown', 'task_type'],
    ['too much data', { data: 'x'.repeat(262_143) }, 'data_too_large', 'data'],
    ['data that cannot be stored', { data: { a: ['\0'] } }, 'invalid_request', 'data'],
    [
      'a schema that is none',
      {
        parameters: {
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { $ref: '#/x' } } },
        },
      },
      'invalid_request',
      'parameters.response_format.json_schema.schema',
    ],
  ])('refuses %s', async (_, extra, code, field) => {
    const { status, body } = await client.post('/api/v1/messages', { user_id: 'u', content: 'x', ...extra });
    expect([status, body.code, body.errors[0].field]).toEqual([400, code, field]);
  });
});

function resets(events: readonly StreamEvent[]): unknown[] {
  return events
    .filter(({ event }) => event === 'reset')
    .map(({ data: { attempt, reason } }) => ({ attempt, reason }));
}

afterAll(() => rmSync(folder, { recursive: true }));
