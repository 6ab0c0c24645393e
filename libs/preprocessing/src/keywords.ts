import { type Priority } from '#contracts';

/** Only so much of a text is searched. */
const MAX_SEARCHED = 10_000;

/** Words that begin so speak for a priority; of several priorities the one with most of them wins, else the better. */
const KEYWORDS: readonly (readonly [Priority, RegExp])[] = [
  ['realtime', /\b(?:immediate|emergency|asap|right now)/gi],
  ['high', /\b(?:urgent|important|priority|critical|soon)/gi],
];

/** The priority that the words of a text speak for. */
export function keywordPriority(content: string): Priority | undefined {
  const text = content.slice(0, MAX_SEARCHED);
  let best: Priority | undefined;
  let most = 0;
  for (const [priority, words] of KEYWORDS) {
    const found = text.match(words)?.length ?? 0;
    if (found > most) [best, most] = [priority, found];
  }
  return best;
}
