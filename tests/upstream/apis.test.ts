import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { goDuration } from './openai-wire.js';
import { chunksOf, setup } from './upstream-client.js';

const RATE_LIMIT = {
  requests: { limit: 60, remaining: 59, resetMs: 17 },
  tokens: { limit: 1_000, remaining: 0, resetMs: 360_000 },
};
const TOOL = { name: 'get_weather', arguments: '{"city":"Berlin"}' };
const MESSAGE = {
  model: 'claude',
  max_tokens: 100,
  system: 'be brief',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'one two three' }] }],
};

describe("OpenAI's API", () => {
  test('tells limits, thoughts and tool calls as it does', async () => {
    const { ask, stream } = await setup([
      { rateLimit: RATE_LIMIT, reasoning: 'Hm.', toolCalls: [TOOL], cachedTokens: 2 },
    ]);
    const { headers, body } = await ask();
    expect(headers).toMatchObject({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '17ms',
      'x-ratelimit-reset-tokens': '6m0s',
    });
    const whole = { id: expect.any(String), type: 'function', function: TOOL };
    expect(await body.json()).toMatchObject({
      choices: [{ message: { content: '', reasoning_content: 'Hm.', tool_calls: [whole] } }],
      usage: { prompt_tokens_details: { cached_tokens: 2 } },
    });
    const chunks = chunksOf(await stream());
    expect(chunks.map(({ choices }) => choices[0]!.delta)).toMatchObject([
      { role: 'assistant' },
      { reasoning_content: 'Hm.' },
      { tool_calls: [{ index: 0, function: { name: 'get_weather', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: 'Berlin"}' } }] },
      {},
    ]);
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('tool_calls');
  });

  test.each([
    [17, '17ms'],
    [1_500, '1.5s'],
    [60_000, '1m0s'],
    [22_320_000, '6h12m0s'],
  ])('%d ms are %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});

describe("Anthropic's API", () => {
  const types = (text: string) => [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type);

  test('streams blocks with a start, deltas and a stop', async () => {
    const { send, upstream } = await setup([
      { reasoning: 'Hm.', reply: 'So be it.', chunks: 2, toolCalls: [TOOL] },
    ]);
    const { headers, body } = await send('POST', '/v1/messages', { ...MESSAGE, stream: true });
    expect(headers['request-id']).toMatch(/^req_msg_/);
    const text = await body.text();
    expect(types(text).join(' ').replaceAll('content_block_', '')).toBe(
      'message_start ping start delta stop start delta delta stop start delta delta delta stop message_delta message_stop',
    );
    expect(text).toContain('"stop_reason":"tool_use"');
    expect(text).toContain('"input_tokens":5');
    expect(upstream.calls()).toMatchObject([
      {
        api: 'anthropic',
        url: '/v1/messages',
        outcome: 'completed',
        messages: [
          { role: 'system', text: 'be brief' },
          { role: 'user', text: 'one two three' },
        ],
      },
    ]);
  });

  test('answers whole, with its limits as times', async () => {
    const { send } = await setup([{ rateLimit: RATE_LIMIT }]);
    const { headers, body } = await send('POST', '/v1/messages', MESSAGE);
    expect(headers).toMatchObject({ 'anthropic-ratelimit-tokens-remaining': '0' });
    const reset = Date.parse(String(headers['anthropic-ratelimit-tokens-reset'])) - Date.now();
    expect(Math.abs(reset - 360_000)).toBeLessThan(10_000);
    expect(await body.json()).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'one two three' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 3 },
    });
  });

  test('has its own errors, and refuses a body without max_tokens', async () => {
    const { send } = await setup([{ status: 529 }]);
    const overloaded = await send('POST', '/v1/messages', MESSAGE);
    expect(overloaded.statusCode).toBe(529);
    expect(await overloaded.body.json()).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error' },
    });
    const refused = await send('POST', '/v1/messages', { ...MESSAGE, max_tokens: undefined });
    expect(refused.statusCode).toBe(400);
    expect(await refused.body.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

test('a key is logged as its hash, whichever header it came in', async () => {
  const { ask, upstream } = await setup();
  await (await ask({}, { headers: { 'x-api-key': 'sk-secret' } })).body.text();
  const [call] = upstream.calls();
  expect(call!.authorizationSha256).toBe(createHash('sha256').update('sk-secret').digest('hex'));
  expect(JSON.stringify(call)).not.toContain('sk-secret');
});

test('a raw answer goes over the wire as it is written, to any path', async () => {
  const raw = 'HTTP/1.1 418 Teapot\r\ncontent-length: 5\r\nx-odd: yes\r\nconnection: close\r\n\r\nshort';
  const { send, upstream } = await setup([{ raw }, {}]);
  const { statusCode, headers, body } = await send('POST', '/api/chat', { any: 'thing' });
  expect(statusCode).toBe(418);
  expect(headers['x-odd']).toBe('yes');
  expect(await body.text()).toBe('short');
  expect((await send('POST', '/api/chat', {})).statusCode).toBe(404);
  expect(upstream.calls()).toMatchObject([{ api: null, url: '/api/chat', body: { any: 'thing' } }]);
});
