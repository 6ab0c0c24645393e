import { describe, expect, test } from 'vitest';
import { ResultSchema } from '#catalog';
import { readResult } from './read-result.js';

const schema = new ResultSchema({ type: 'object', properties: { a: { type: 'number' } }, required: ['a'] });
const read = (text: string) => readResult(text, schema);

describe('readResult', () => {
  test.each([
    ['bare', ' \uFEFF{"a": 1}\n'],
    ['fenced', 'Here it is:\n```json\n{"a": 1}\n```\nAnything else?'],
    ['fenced without a word', '```\n{"a": 1}\n```'],
    ['fenced on lines of Windows', '```json\r\n{"a": 1}\r\n```'],
    ['fenced, behind a fence that is no JSON', '```js\nlet a = {};\n```\n```json\n{"a": 1}\n```'],
    ['between words', 'The result {as asked} is {"a": 1}; [sic].'],
    ['behind thoughts in JSON', '<think>{"b": 1}</think> {"a": 1}'],
    ['with brackets in its texts', 'So: {"a": 1, "b": "}]\\"{"} .'],
  ])('finds JSON that is %s', (_, text) => {
    expect(read(text)).toMatchObject({ data: { a: 1 } });
  });

  test.each([
    ['', [{ field: '', message: 'is no JSON' }]],
    ['{"a": 1', [{ field: '', message: 'is no JSON' }]],
    ['{"a": "1"} or {"b": 1}', [{ field: 'a', message: 'must be number' }]],
    ['{"a": 1, "b": "\\u0000"}', [{ field: '', message: 'must not contain NUL or lone surrogates' }]],
    [
      `{"a": 1, "b": ${'['.repeat(200)}${']'.repeat(200)}}`,
      [{ field: '', message: 'is nested deeper than 100 levels' }],
    ],
  ])('says what is wrong with %s', (text, problems) => {
    expect(read(text)).toEqual({ problems });
  });

  test('takes whatever the schema allows', () => {
    expect(readResult('null', new ResultSchema({ type: 'null' }))).toEqual({ data: null });
    expect(readResult('7', new ResultSchema({ type: 'integer' }))).toEqual({ data: 7 });
  });

  test.each([
    ['braces that never close', '{'.repeat(1_000_000)],
    ['quotes that never close', '{"'.repeat(500_000)],
    ['escapes', `{"${'\\"'.repeat(500_000)}`],
    ['fences', '```\n'.repeat(250_000)],
    ['an open fence', `\`\`\`${'\n'.repeat(1_000_000)}`],
    ['deep lists', '['.repeat(500_000) + ']'.repeat(500_000)],
  ])('is soon done with %s', (_, text) => {
    const startedAt = performance.now();
    expect(read(text)).toHaveProperty('problems');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
