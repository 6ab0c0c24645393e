import { LANGUAGES } from './known-words.js';
import { type Script, SCRIPTS, type ScriptShares } from './scripts.js';

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

/**
 * The language of a text from its script and how many of its words are common in which language (by the places of
 * LANGUAGES); `und` when it could be several, or none.
 */
export function detectLanguage(text: string, votes: ArrayLike<number>, shares: ScriptShares): string {
  const script = mainScript(shares);
  if (script === undefined) return UNDETERMINED;
  if (isJapanese(script, shares)) return 'ja';
  return SOLE[script] ?? mostVotes(CANDIDATES[script] ?? [], text, votes);
}

function mainScript(shares: ScriptShares): Script | undefined {
  let best: Script | undefined;
  for (const script of SCRIPTS) if (shares[script] > (best === undefined ? 0 : shares[best])) best = script;
  return best;
}

function isJapanese(script: Script, { kana, han }: ScriptShares): boolean {
  return (script === 'kana' || script === 'han') && kana > KANA_SHARE * (kana + han);
}

/** A tie is nobody's. */
function mostVotes(candidates: readonly string[], text: string, votes: ArrayLike<number>): string {
  let [first, most, isTie] = [UNDETERMINED, 0, false];
  for (const language of candidates) {
    const count = votes[LANGUAGES.indexOf(language)]! + (TELLING_LETTERS[language]?.test(text) ? 1 : 0);
    if (count === most) isTie = true;
    if (count > most) [first, most, isTie] = [language, count, false];
  }
  return isTie ? UNDETERMINED : first;
}
