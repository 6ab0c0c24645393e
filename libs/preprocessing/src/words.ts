/** Scripts that put no spaces between words. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;

const SPACED_WORD = new RegExp(
  String.raw`[[\p{L}\p{M}\p{N}]--[${UNSPACED}]]+(?:['’\u200c][[\p{L}\p{M}\p{N}]--[${UNSPACED}]]+)*`,
  'gv',
);
const UNSPACED_RUN = new RegExp(String.raw`[[${UNSPACED}]&&[\p{L}\p{M}\p{N}]]+`, 'gv');

/** So many characters of unspaced text are cut into words; the rest is estimated from them (0.4 µs a character). */
const MAX_SEGMENTED = 64;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

export interface Words {
  /** The words that spaces set apart. */
  readonly spaced: readonly string[];
  /** Text of scripts without spaces, run by run. */
  readonly unspaced: string;
  readonly count: number;
}

export function wordsOf(text: string): Words {
  const spaced = text.match(SPACED_WORD) ?? [];
  const unspaced = (text.match(UNSPACED_RUN) ?? []).join('\n');
  return { spaced, unspaced, count: spaced.length + countUnspaced(unspaced) };
}

function countUnspaced(text: string): number {
  if (text === '') return 0;
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text.slice(0, MAX_SEGMENTED))) if (isWordLike) count += 1;
  return Math.round(count * Math.max(1, text.length / MAX_SEGMENTED));
}
