import { COMMON_WORDS } from './lexicon.js';
import { type Script, type ScriptShares } from './scripts.js';

export const UNDETERMINED = 'und';

/** Scripts that one language alone uses, as far as this goes. */
const SOLE: Readonly<Partial<Record<Script, string>>> = {
  han: 'zh',
  hangul: 'ko',
  greek: 'el',
  hebrew: 'he',
  thai: 'th',
};

const CANDIDATES: Readonly<Partial<Record<Script, readonly string[]>>> = {
  latin: ['en', 'es', 'fr', 'de', 'pt', 'it', 'nl'],
  cyrillic: ['ru', 'uk'],
  arabic: ['ar', 'fa'],
  devanagari: ['hi'],
};

/** Letters that only one of the candidates has: each is as good as a common word. */
const TELLING_LETTERS: Readonly<Record<string, RegExp>> = {
  es: /[ñ¿¡]/,
  de: /ß/,
  pt: /[ãõ]/,
  ru: /[ыэё]/,
  uk: /[іїєґ]/,
  fa: /[پچژگ]/,
};

/** Above this share of kana a text with Han characters is Japanese. */
const KANA_SHARE = 0.1;

/** Which languages have a word among their commonest. */
const LANGUAGES_OF = new Map<string, string[]>();
for (const [language, words] of Object.entries(COMMON_WORDS))
  for (const word of new Set(words.split(' ')))
    LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language]);

/** The language of a text from its script and its (lower-case) words; `und` when it could be several, or none. */
export function detectLanguage(text: string, words: readonly string[], shares: ScriptShares): string {
  const script = mainScript(shares);
  if (script === undefined) return UNDETERMINED;
  if (isJapanese(script, shares)) return 'ja';
  return SOLE[script] ?? mostVotes(CANDIDATES[script] ?? [], text, words);
}

function mainScript(shares: ScriptShares): Script | undefined {
  const [best] = Object.entries(shares).toSorted(([, a], [, b]) => b - a);
  return best && best[1] > 0 ? (best[0] as Script) : undefined;
}

function isJapanese(script: Script, { kana, han }: ScriptShares): boolean {
  return (script === 'kana' || script === 'han') && kana > KANA_SHARE * (kana + han);
}

/** A tie is nobody's. */
function mostVotes(candidates: readonly string[], text: string, words: readonly string[]): string {
  const votes = new Map(
    candidates.map((language) => [language, TELLING_LETTERS[language]?.test(text) ? 1 : 0]),
  );
  for (const word of words)
    for (const language of LANGUAGES_OF.get(word) ?? [])
      if (votes.has(language)) votes.set(language, votes.get(language)! + 1);
  const [first, second] = [...votes].toSorted(([, a], [, b]) => b - a);
  return first && first[1] > (second?.[1] ?? 0) ? first[0] : UNDETERMINED;
}
