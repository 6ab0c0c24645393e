import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReplyEvent } from '#contracts';
import { GrowingText } from './growing-text.js';

const STARTED: ReplyEvent = { type: 'started', attempt: 1 };
const RESET: ReplyEvent = { type: 'reset', attempt: 2, reason: 'retry' };
const END: ReplyEvent = { type: 'end', status: 'completed' };
const FAILED: ReplyEvent = { type: 'end', status: 'failed' };
const delta = (text: string): ReplyEvent => ({ type: 'delta', text });

/** What a client shows that can only add, and begin a new paragraph when it is told to (`|`). */
function shown(events: readonly ReplyEvent[], text = new GrowingText()): string {
  return events
    .map((event) => text.take(event))
    .map((growth) => (growth.startsAnew ? '|' : '') + growth.text)
    .join('');
}

describe('GrowingText', () => {
  test.each([
    ['a reply without accidents', [STARTED, delta('ab'), delta('c'), END], 'abc'],
    ['a retry before the first word', [STARTED, RESET, delta('abc'), END], 'abc'],
    ['a retry that says the same', [STARTED, delta('ab'), RESET, delta('a'), delta('bc'), END], 'abc'],
    [
      'a retry that says something else',
      [STARTED, delta('ab'), RESET, delta('x'), delta('yz'), END],
      'ab|xyz',
    ],
    ['a shorter one', [STARTED, delta('ab'), RESET, delta('a'), END], 'ab|a'],
    ['an empty one', [STARTED, delta('ab'), RESET, END], 'ab|'],
    ['one that fails without a word', [STARTED, delta('ab'), RESET, FAILED], 'ab'],
    ['two retries', [STARTED, delta('ab'), RESET, delta('x'), RESET, delta('abc'), END], 'abc'],
  ])('%s', (_, events, expected) => expect(shown(events)).toBe(expected));

  test('goes on where a reader was, however the text is cut', () => {
    const cuts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(cuts, fc.nat(), fc.nat(), (parts, first, second) => {
        const whole = parts.join('');
        const had = whole.slice(0, first % (whole.length + 1));
        const before = new GrowingText();
        before.take(delta(had));
        const at = second % (whole.length + 1);
        const again = [RESET, delta(whole.slice(0, at)), delta(whole.slice(at)), END];
        expect(had + shown(again, new GrowingText(before.known))).toBe(whole);
      }),
    );
  });
});
