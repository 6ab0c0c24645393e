import { oneLine } from './printable.js';

/** Longest text of a column; the whole of it is in the JSON. */
const WIDEST = 60;

type Cell = string | number | null | undefined;

/** Columns under their names, as wide as they must be; a row that is missing says so. */
export function table(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [names, ...rows].map((row) => row.map((cell) => oneLine(String(cell ?? '-'), WIDEST)));
  const widths = names.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return rows.length === 0 ? `${text[0]}\n(none)` : text.join('\n');
}

/** `name  value` lines. */
export function pairs(entries: Readonly<Record<string, Cell>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, value]) => `${name.padEnd(width)}  ${oneLine(String(value ?? '-'), 200)}`)
    .join('\n');
}
