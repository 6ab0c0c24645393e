import { EMPTY_HASH, hashed, type KnownWord, knownWord, knownWordAt, LANGUAGES } from './known-words.js';

/** Scripts that put no spaces between words. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;

const LETTER = String.raw`[[\p{L}\p{M}\p{N}]--[${UNSPACED}]]`;
const UNSPACED_LETTER = String.raw`[[${UNSPACED}]&&[\p{L}\p{M}\p{N}]]`;
const JOINERS = `'’\u200c`;

const SPACED_WORD = new RegExp(`${LETTER}+(?:[${JOINERS}]${LETTER}+)*`, 'gv');
const UNSPACED_RUN = new RegExp(`${UNSPACED_LETTER}+`, 'gv');

/** So many characters of unspaced text are cut into words; the rest is estimated from them (0.4 µs a character). */
const MAX_SEGMENTED = 64;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** What the words of a text say one by one. */
export interface Words {
  readonly count: number;
  /** Text of scripts without spaces, run by run. */
  readonly unspaced: string;
  /** Good words less bad ones, of those that spaces set apart. */
  readonly feeling: number;
  /** How many of them are common, by the places of LANGUAGES. */
  readonly votes: Readonly<ArrayLike<number>>;
}

/** Reads a text in lower case. */
export function wordsOf(text: string): Words {
  return readSimple(text) ?? readAny(text);
}

/** What a code unit is to the words of texts that have none but these. */
const NONE = 0;
const PART = 1;
const JOINER = 2;
/** Needs more than a look at one code unit: scripts without spaces, and pairs of code units. */
const OTHER = 3;

/** Before them lie the alphabets; what comes from here on is left to the regular expressions. */
const FIRST_OTHER = 0x2100;

const IS_PART = new RegExp(`^${LETTER}$`, 'v');
const IS_OTHER = new RegExp(`^${UNSPACED_LETTER}$`, 'v');
const KINDS = Uint8Array.from({ length: FIRST_OTHER }, (_, unit) => kindOf(String.fromCharCode(unit)));

function kindOf(character: string): number {
  if (JOINERS.includes(character)) return JOINER;
  if (IS_PART.test(character)) return PART;
  return IS_OTHER.test(character) ? OTHER : NONE;
}

/**
 * Character by character, without making strings: eight times as fast as the regular expressions. Undefined where the text
 * needs those.
 */
function readSimple(text: string): Words | undefined {
  const tally = new Tally();
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    let unit = text.charCodeAt(i);
    if (unit >= FIRST_OTHER || KINDS[unit] === OTHER) return undefined;
    if (KINDS[unit] !== PART) continue;
    const start = i;
    let hash = EMPTY_HASH;
    do {
      hash = hashed(hash, unit);
      i += 1;
      unit = i < text.length ? text.charCodeAt(i) : 0;
    } while (
      unit < FIRST_OTHER &&
      (KINDS[unit] === PART || (KINDS[unit] === JOINER && isPartAt(text, i + 1)))
    );
    tally.add(knownWordAt(text, start, i, hash));
    count += 1;
    // It ends with a character that is looked at again.
    i -= 1;
  }
  return { count, unspaced: '', feeling: tally.feeling, votes: tally.votes };
}

function isPartAt(text: string, at: number): boolean {
  return at < text.length && KINDS[text.charCodeAt(at)] === PART;
}

function readAny(text: string): Words {
  const spaced = text.match(SPACED_WORD) ?? [];
  const unspaced = (text.match(UNSPACED_RUN) ?? []).join('\n');
  const tally = new Tally();
  for (const word of spaced) tally.add(knownWord(word));
  return {
    count: spaced.length + countUnspaced(unspaced),
    unspaced,
    feeling: tally.feeling,
    votes: tally.votes,
  };
}

/** Adds up what words say, in their order. */
class Tally {
  feeling = 0;
  readonly votes = new Uint16Array(LANGUAGES.length);
  #isNegated = false;

  add(known: KnownWord | undefined): void {
    const isNegated = this.#isNegated;
    this.#isNegated = known?.negates ?? false;
    if (!known) return;
    this.feeling += isNegated ? -known.feeling : known.feeling;
    for (const language of known.languages) this.votes[language]! += 1;
  }
}

function countUnspaced(text: string): number {
  if (text === '') return 0;
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text.slice(0, MAX_SEGMENTED))) if (isWordLike) count += 1;
  return Math.round(count * Math.max(1, text.length / MAX_SEGMENTED));
}
