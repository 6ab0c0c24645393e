import { expect, test } from 'vitest';
import { type Message, type ReplyEnd, type ReplyEvent } from '#contracts';
import { CompletionChunks } from './completion-chunks.js';

const MESSAGE = {
  id: 'msg_01',
  createdAt: new Date(5_000),
  priority: 'low',
  targets: [{ provider: 'p', model: 'm' }],
  target: 0,
  lane: 'p',
} as unknown as Message;

const END: ReplyEnd = {
  type: 'end',
  status: 'completed',
  finishReason: 'stop',
  usage: { promptTokens: 3, completionTokens: 2, estimated: false, cachedTokens: 1 },
};

function setup(includeUsage = false) {
  const chunks = new CompletionChunks(MESSAGE, includeUsage);
  const feed = (...events: ReplyEvent[]) =>
    parse(chunks.of(events.map((event, i) => ({ seq: i + 1, event }))));
  return { chunks, feed };
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

function parse(frames: string): (Chunk | '[DONE]')[] {
  const data = frames.split('\n\n').filter((frame) => frame !== '');
  return data.map((frame) => {
    const text = frame.replace(/^data: /, '');
    return text === '[DONE]' ? text : (JSON.parse(text) as Chunk);
  });
}

const delta = (text: string): ReplyEvent => ({ type: 'delta', text });
const textOf = (all: readonly (Chunk | '[DONE]')[]) =>
  all.map((one) => (one === '[DONE]' ? '' : (one.choices[0]?.delta.content ?? ''))).join('');

test('begins with the role and ends with the reason', () => {
  const { chunks, feed } = setup();
  const head = {
    id: 'chatcmpl-01',
    object: 'chat.completion.chunk',
    created: 5,
    model: 'm',
    service_tier: 'flex',
  };
  const choice = { index: 0, logprobs: null, finish_reason: null };
  expect(parse(chunks.first())).toEqual([
    { ...head, choices: [{ ...choice, delta: { role: 'assistant', content: '', refusal: null } }] },
  ]);
  expect(feed({ type: 'started', attempt: 1 }, delta('Hel'), delta('lo'))).toEqual([
    { ...head, choices: [{ ...choice, delta: { content: 'Hello' } }] },
  ]);
  expect(parse(chunks.end(END))).toEqual([
    { ...head, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }] },
    '[DONE]',
  ]);
});

test('tells the usage at the end to whoever asked for it', () => {
  const { chunks, feed } = setup(true);
  expect(feed(delta('x'))).toMatchObject([{ usage: null }]);
  expect(parse(chunks.end(END))).toMatchObject([
    { usage: null },
    {
      choices: [],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 1 },
      },
    },
    '[DONE]',
  ]);
});

test('tells the calls before the end', () => {
  const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } } as const;
  expect(parse(setup().chunks.end({ ...END, finishReason: 'tool_calls' }, [call]))).toMatchObject([
    { choices: [{ delta: { tool_calls: [{ index: 0, ...call }] } }] },
    { choices: [{ finish_reason: 'tool_calls' }] },
    '[DONE]',
  ]);
});

test('calls an end by a name that clients know', () => {
  expect(parse(setup().chunks.end({ ...END, finishReason: 'insufficient_resources' }))).toMatchObject([
    { choices: [{ finish_reason: 'stop' }] },
    '[DONE]',
  ]);
});

test('goes on when a reply begins again as it was', () => {
  const { chunks, feed } = setup();
  feed(delta('Hello wo'));
  const more = feed({ type: 'reset', attempt: 2, reason: 'retry' }, delta('Hello '), delta('world'));
  expect(textOf(more)).toBe('rld');
  expect(chunks.startsAnew).toBe(false);
});

test('says nothing more when it is another one', () => {
  const { chunks, feed } = setup();
  feed(delta('Hello'));
  expect(feed({ type: 'reset', attempt: 2, reason: 'retry' }, delta('Good evening'))).toEqual([]);
  expect(chunks.startsAnew).toBe(true);
});
