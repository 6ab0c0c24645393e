import { countTokens as exactCount } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, test } from 'vitest';
import { countMessageTokens, countTokens, loadTokenCounter } from './count-tokens.js';

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

test('a message costs a little more than its text', () => {
  expect(countMessageTokens([{ role: 'user', content: 'Hello, world!' }])).toBe(8);
});
