/** A unit as Grafana calls it. */
export type Unit =
  'short' | 'none' | 's' | 'reqps' | 'cps' | 'ops' | 'percentunit' | 'bytes' | 'dateTimeFromNow';

/** One picture: what it shows, and the queries behind it by the legend of each. */
export interface Panel {
  readonly type: 'timeseries' | 'stat' | 'table';
  readonly title: string;
  readonly unit: Unit;
  readonly queries: Readonly<Record<string, string>>;
  /** What the reader should know of it. */
  readonly note?: string | undefined;
  /** Names of values, such as of a breaker's states. */
  readonly names?: Readonly<Record<number, string>> | undefined;
}

interface Extra {
  readonly note?: string;
  readonly names?: Readonly<Record<number, string>>;
}

/** A dashboard: rows of panels that share its width evenly. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly (readonly Panel[])[];
}

/** Lines over time; a legend such as `{{lane}}` makes one for each value of the label. */
export function chart(
  title: string,
  unit: Unit,
  queries: Readonly<Record<string, string>>,
  extra: Extra = {},
): Panel {
  return { type: 'timeseries', title, unit, queries, ...extra };
}

/** One number. */
export function stat(title: string, unit: Unit, query: string, extra: Extra = {}): Panel {
  return { type: 'stat', title, unit, queries: { [title]: query }, ...extra };
}

/** The values of now, a line for each combination of labels. */
export function table(title: string, unit: Unit, query: string, extra: Extra = {}): Panel {
  return { type: 'table', title, unit, queries: { [title]: query }, ...extra };
}

/** Quantiles of a histogram over all processes, by labels; what it is asked for may have a selector behind its name. */
export function quantile(q: number, histogram: string, ...by: string[]): string {
  const [, name, selector] = /^(\w+)(.*)$/.exec(histogram)!;
  const labels = ['le', ...by].join(', ');
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${name}_bucket${selector}[$__rate_interval])))`;
}

/** How much a counter rises in a second, over all processes. */
export function perSecond(counter: string, ...by: string[]): string {
  return `${sum(by)} (rate(${counter}[$__rate_interval]))`;
}

/** What several processes have a part of. */
export function parts(gauge: string, ...by: string[]): string {
  return `${sum(by)} (${gauge})`;
}

/** What several processes tell of the same thing. */
export function whole(gauge: string, ...by: string[]): string {
  return by.length === 0 ? `max(${gauge})` : `max by (${by.join(', ')}) (${gauge})`;
}

function sum(by: readonly string[]): string {
  return by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`;
}
