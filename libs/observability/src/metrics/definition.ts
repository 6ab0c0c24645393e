import { type Counter, type Gauge, type Histogram } from 'prom-client';

/** What a process does; one process may do all of it. */
export const ROLES = ['gateway', 'worker', 'scheduler'] as const;

export type Role = (typeof ROLES)[number];

/** How the values of several processes become one. */
export type Across = 'sum' | 'max' | 'min';

/** What bounds the values of a label: the values themselves, or in words where they come from. */
export type Bound = readonly string[] | string;

type Kind = 'counter' | 'gauge' | 'histogram';

/** A metric as the documentation tells of it; `instrumentOf` makes it measure. */
export interface Definition<K extends Kind = Kind, L extends string = string> {
  readonly kind: K;
  readonly name: string;
  /** The roles that measure it; no other process shows it. */
  readonly roles: readonly Role[];
  readonly help: string;
  readonly labels: readonly L[];
  readonly bounds: Readonly<Record<string, Bound>>;
  readonly across: Across;
  readonly buckets: readonly number[];
}

/** What measures a definition. */
export type InstrumentOf<D> =
  D extends Definition<'counter', infer L>
    ? Counter<L>
    : D extends Definition<'gauge', infer L>
      ? Gauge<L>
      : D extends Definition<'histogram', infer L>
        ? Histogram<L>
        : never;

type Where = Role | 'all' | readonly Role[];

type Labels<L extends string> = Readonly<Record<L, Bound>>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** For what may wait: a message of the lowest band may do so for a day. */
export const LONG_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600,
];

/** For what happens many times in a second. */
export const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 5];

export function counter<L extends string = never>(
  name: string,
  where: Where,
  help: string,
  labels?: Labels<L>,
): Definition<'counter', L> {
  return { kind: 'counter', ...about(name, where, help, labels), across: 'sum', buckets: [] };
}

/** `across`: several processes may each report a part (`sum`), or all of them the whole (`max`, `min`). */
export function gauge<L extends string = never>(
  across: Across,
  name: string,
  where: Where,
  help: string,
  labels?: Labels<L>,
): Definition<'gauge', L> {
  return { kind: 'gauge', ...about(name, where, help, labels), across, buckets: [] };
}

export function histogram<L extends string = never>(
  name: string,
  where: Where,
  help: string,
  labels?: Labels<L>,
  buckets: readonly number[] = SECONDS,
): Definition<'histogram', L> {
  return { kind: 'histogram', ...about(name, where, help, labels), across: 'sum', buckets };
}

/** The unit of a metric stands at the end of its name. */
export function unitOf({ name, bounds }: Definition): string {
  if ('currency' in bounds) return 'the currency';
  const unit = /_(seconds|bytes)(_total)?$/.exec(name)?.[1];
  return unit ?? 'count';
}

function about<L extends string>(name: string, where: Where, help: string, labels?: Labels<L>) {
  const bounds: Readonly<Record<string, Bound>> = labels ?? {};
  const roles = where === 'all' ? ROLES : typeof where === 'string' ? [where] : where;
  return { name, roles, help, labels: Object.keys(bounds) as L[], bounds };
}
