import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CleanText } from './clean-text.js';

function pass(pieces: readonly string[]): string {
  const clean = new CleanText();
  return pieces.map((piece) => clean.push(piece)).join('') + clean.end();
}

describe('CleanText', () => {
  test('lets text through that was cut anywhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(40)), (text, cuts) => {
        const at = [...cuts.map((cut) => Math.min(cut, text.length)), 0, text.length].toSorted(
          (a, b) => a - b,
        );
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect(pass(pieces)).toBe(text.replaceAll('\0', ''));
      }),
    );
  });

  test('takes out what Postgres cannot store', () => {
    expect(pass(['a\0b', '\uD83D', 'c', '\uDE00', '\uD83D', '\uDE00', '\uD83D'])).toBe(
      'ab\uFFFDc\uFFFD😀\uFFFD',
    );
  });
});
