// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text of somebody else without what a terminal would obey; lines and tabs stay. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '');
}

/** The same in one line of at most so many characters. */
export function oneLine(text: string, most: number): string {
  const line = printable(text.replace(/\s+/g, ' ')).trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
