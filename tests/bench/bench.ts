/** One thing that is measured. A new bench is a file that exports one of these, and a line in main.ts. */
export interface Bench {
  readonly name: string;
  /** What it measures, in one line. */
  readonly about: string;
  run(): Promise<Report>;
}

export type Figures = Readonly<Record<string, number | string>>;

/** What a bench has found; all but the table is printed as one line of JSON. */
export interface Report {
  readonly name: string;
  readonly figures: Figures;
  readonly baseline: Figures;
  /** The product by the baseline; null where there was nothing to compare with. */
  readonly ratio: number | null;
  readonly goal: string;
  /** Whether the goal was reached. */
  readonly ok: boolean;
  /** For people: the names of the columns, then the rows. */
  readonly table: readonly (readonly string[])[];
}

export function print({ table, ...report }: Report): void {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  console.log(`\n${table.map(line).join('\n')}\n`);
  console.log(`goal: ${report.goal} — ${report.ok ? 'reached' : 'missed'}`);
  console.log(JSON.stringify(report));
}
