import { COMMON_WORDS, NEGATIONS, NEGATIVE_WORDS, POSITIVE_WORDS } from './lexicon.js';

/** The languages that are told apart by their words; votes are counted at their places here. */
export const LANGUAGES = Object.keys(COMMON_WORDS);

/** What a word says by itself. */
export interface KnownWord {
  readonly word: string;
  /** 1: good, -1: bad. */
  readonly feeling: number;
  /** The word after it means its opposite. */
  readonly negates: boolean;
  /** Places in LANGUAGES of those that have it among their commonest. */
  readonly languages: readonly number[];
}

const BEGIN = 0x811c9dc5 | 0;
/** A power of two, several times as large as the lexicon. */
const SLOTS = 8_192;

const byWord = new Map<string, KnownWord>();
const bySlot: (KnownWord | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

const split = (words: string) => words.split(' ');
const languagesOf = Map.groupBy(
  Object.values(COMMON_WORDS).flatMap((words, language) =>
    [...new Set(split(words))].map((word) => ({ word, language })),
  ),
  ({ word }) => word,
);
const feelings = new Map([
  ...split(POSITIVE_WORDS).map((word) => [word, 1] as const),
  ...split(NEGATIVE_WORDS).map((word) => [word, -1] as const),
]);
const negations = new Set(split(NEGATIONS));

for (const word of new Set([...languagesOf.keys(), ...feelings.keys(), ...negations])) {
  const languages = (languagesOf.get(word) ?? []).map(({ language }) => language);
  const known = { word, feeling: feelings.get(word) ?? 0, negates: negations.has(word), languages };
  byWord.set(word, known);
  let slot = slotOf(
    [...Array(word.length).keys()].reduce((hash, i) => hashed(hash, word.charCodeAt(i)), BEGIN),
  );
  while (bySlot[slot]) slot = (slot + 1) % SLOTS;
  bySlot[slot] = known;
}

export { BEGIN as EMPTY_HASH };

/** The hash of a word with one more code unit (FNV-1a). */
export function hashed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** The word at a place of a text, found by its hash: no string is made of it, which would take longer than all the rest. */
export function knownWordAt(text: string, start: number, end: number, hash: number): KnownWord | undefined {
  for (let slot = slotOf(hash); ; slot = (slot + 1) % SLOTS) {
    const known = bySlot[slot];
    if (!known || isAt(known.word, text, start, end)) return known;
  }
}

export function knownWord(word: string): KnownWord | undefined {
  return byWord.get(word);
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i += 1)
    if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
