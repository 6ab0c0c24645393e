import { type Member } from './system.js';

/** One line of what Prometheus reads. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What a page says, line by line. */
export function samplesOf(page: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, labels: Object.fromEntries(pairsOf(labels)), value: Number(value) }];
  });
}

/** The names that a page has, with their types. */
export function familiesOf(page: string): Map<string, string> {
  return new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
}

export async function pageOf({ url }: Pick<Member, 'url'>): Promise<string> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url}/metrics answered ${response.status}`);
  return response.text();
}

/** What several processes together say. */
export async function samples(members: readonly Pick<Member, 'url'>[]): Promise<Sample[]> {
  return (await Promise.all(members.map(pageOf))).flatMap(samplesOf);
}

/** The values of a metric with these labels. */
export function valuesOf(
  of: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number[] {
  const matches = ({ name: own, labels: all }: Sample) =>
    own === name && Object.entries(labels).every(([label, value]) => all[label] === value);
  return of.filter(matches).map(({ value }) => value);
}

export function sumOf(...asked: Parameters<typeof valuesOf>): number {
  return valuesOf(...asked).reduce((sum, value) => sum + value, 0);
}

function pairsOf(labels: string): [string, string][] {
  return [...labels.matchAll(LABEL)].map(([, name, value]) => [name!, value!]);
}
