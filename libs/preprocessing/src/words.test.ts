import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMON_WORDS, NEGATIONS, NEGATIVE_WORDS, POSITIVE_WORDS } from './lexicon.js';
import { wordsOf } from './words.js';

const LEXICON = [...Object.values(COMMON_WORDS), NEGATIONS, NEGATIVE_WORDS, POSITIVE_WORDS]
  .join(' ')
  .split(' ');

/** Words, parts of them, what joins and separates them, and any characters before those that have a way of their own. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...LEXICON),
      fc.constantFrom(
        ' ',
        ' ',
        ', ',
        '. ',
        "'",
        '’',
        '\u200c',
        '-',
        "''",
        'x',
        '1',
        'é',
        'e\u0301',
        'ª',
        '\n',
      ),
      fc.integer({ min: 0, max: 0x0dff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join('').toLowerCase());

test('reading by characters finds what the regular expressions find', () => {
  fc.assert(
    fc.property(text, (simple) => {
      const { count, feeling, votes } = wordsOf(simple);
      // A single character of a script without spaces leaves all of it to the regular expressions.
      const { unspaced, ...any } = wordsOf(`${simple} 漢`);
      // Some signs that are put on letters belong to such scripts, too: then there is only one way.
      fc.pre(unspaced === '漢');
      expect({ count: count + 1, feeling, votes }).toEqual(any);
    }),
    { numRuns: 2_000 },
  );
});
