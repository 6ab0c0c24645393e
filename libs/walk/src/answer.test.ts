import { beforeEach, describe, expect, test } from 'vitest';
import { type ProviderEvent } from '#providers';
import { type ReplyWriter } from '#streaming';
import { Answer } from './answer.js';

/** All that an Answer wants of it. */
class Writer {
  text = '';
  delta(text: string): void {
    this.text += text;
  }
}

describe('Answer', () => {
  let writer: Writer;
  let answer: Answer;
  const take = (...events: ProviderEvent[]) => events.forEach((event) => answer.take(event));

  beforeEach(() => {
    writer = new Writer();
    answer = new Answer(writer as unknown as ReplyWriter, 20);
  });

  test('writes the text and collects the rest', () => {
    take(
      { type: 'limits', limits: { retryAfterMs: 1 } },
      { type: 'thinking' },
      { type: 'reasoning', text: 'Hm' },
      { type: 'reasoning', text: 'm.\0' },
      { type: 'delta', text: 'So.' },
      { type: 'tool_call', index: 0, id: 'a', name: 'look', arguments: '' },
      { type: 'tool_call', index: 0, arguments: '{"x"' },
      { type: 'tool_call', index: 1, id: 'b', name: 'go', arguments: '{}' },
      { type: 'tool_call', index: 0, arguments: ':1}' },
      { type: 'finish', reason: 'tool_calls\0' },
    );
    expect(answer.end()).toEqual({
      reason: 'tool_calls',
      usage: undefined,
      reasoning: 'Hmm.',
      toolCalls: [
        { id: 'a', type: 'function', function: { name: 'look', arguments: '{"x":1}' } },
        { id: 'b', type: 'function', function: { name: 'go', arguments: '{}' } },
      ],
    });
    expect(writer.text).toBe('So.');
  });

  test('says no reason and no usage where there is no finish', () => {
    expect(answer.end()).toEqual({ reason: null, usage: undefined, toolCalls: [], reasoning: '' });
  });

  test('text and tool calls together have one bound', () => {
    take({ type: 'delta', text: '0123456789' }, { type: 'tool_call', index: 0, arguments: '0123456789' });
    const more = { type: 'delta', text: 'x' } as const;
    expect(() => take(more)).toThrow(expect.objectContaining({ code: 'reply_too_large' }));
    expect(() => take({ type: 'tool_call', index: 0, arguments: 'x' })).toThrow('longer than 20');
  });

  test('thoughts that are too long are cut, and fail nothing', () => {
    for (let i = 0; i < 10; i += 1) take({ type: 'reasoning', text: '0123456' });
    expect(answer.end().reasoning).toBe('01234560123456012345…');
  });
});
