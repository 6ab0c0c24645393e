/** Of more places than this where JSON might begin, the rest is not looked at. */
const MOST_BEGINNINGS = 20;

const FENCED = /```[^\n`]*\n([\s\S]*?)```/g;

/** Every JSON value that a model may have meant, the likeliest first: the whole text, fenced code, what stands in the text. */
export function* jsonIn(text: string): Generator<unknown> {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  yield* parsed(trimmed);
  for (const [, code] of trimmed.matchAll(FENCED).take(MOST_BEGINNINGS)) yield* parsed(code!.trim());
  yield* within(trimmed);
}

/** Objects and lists that stand between other words. */
function* within(text: string): Generator<unknown> {
  let at = 0;
  for (let n = 0; n < MOST_BEGINNINGS; n += 1) {
    const start = text.slice(at).search(/[{[]/) + at;
    if (start < at) return;
    const end = endOf(text, start);
    const values = end === undefined ? [] : [...parsed(text.slice(start, end))];
    yield* values;
    at = values.length > 0 ? end! : start + 1;
  }
}

/** Behind the bracket that closes the one at `start`; brackets in strings do not count. One look at each character. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) at += character === '\\' ? 1 : 0;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function* parsed(text: string): Generator<unknown> {
  try {
    yield JSON.parse(text) as unknown;
  } catch {
    // It is none.
  }
}
