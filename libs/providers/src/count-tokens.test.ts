import { countTokens as exactCount } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  countMessageTokens,
  countParameterTokens,
  countTokens,
  firstTokens,
  loadTokenCounter,
} from './count-tokens.js';

beforeAll(loadTokenCounter);

describe('countTokens', () => {
  test('counts as the encoding does', () => {
    expect(countTokens('')).toBe(0);
    expect(countTokens('Hello, world!')).toBe(4);
  });

  test('counts a long text with at most one token too many for each slice', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(800);
    const surplus = countTokens(text) - exactCount(text);
    expect(surplus).toBeGreaterThanOrEqual(0);
    expect(surplus).toBeLessThanOrEqual(text.length / 500);
  });

  test('takes a run without breaks, whose exact count would take seconds', () => {
    const text = Array.from({ length: 40_000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    ).join('');
    expect(countTokens(text)).toBeGreaterThan(20_000);
  });
});

test('tools, pictures and what was called cost something too', () => {
  const picture = { type: 'image_url', image_url: { url: 'https://images.example/a.png' } } as const;
  const bare = countMessageTokens([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
  expect(countMessageTokens([{ role: 'user', content: 'hi' }])).toBe(bare);
  expect(
    countMessageTokens([{ role: 'user', content: [{ type: 'text', text: 'hi' }, picture] }]),
  ).toBeGreaterThan(bare + 100);
  const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"x":1}' } } as const;
  const called = countMessageTokens([{ role: 'assistant', content: 'hi', tool_calls: [call] }]);
  expect(called).toBeGreaterThan(bare);
  expect(countParameterTokens({})).toBe(0);
  expect(countParameterTokens({ tools: [{ type: 'function', function: { name: 'look' } }] })).toBeGreaterThan(
    5,
  );
});

test('firstTokens cuts a text to so many tokens', () => {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
  const part = firstTokens(text, 50);
  expect(text.startsWith(part)).toBe(true);
  expect(countTokens(part)).toBeLessThanOrEqual(50);
  expect(countTokens(part)).toBeGreaterThan(30);
  expect(firstTokens(text, 0)).toBe('');
  expect(firstTokens('short', 50)).toBe('short');
});

test('a message costs a little more than its text', () => {
  expect(countMessageTokens([{ role: 'user', content: 'Hello, world!' }])).toBe(8);
});
