import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Definition, type InstrumentOf } from './definition.js';

export type InstrumentsOf<T> = { readonly [K in keyof T]: InstrumentOf<T[K]> };

/** What measures the metrics of a table, under the same names. */
export function instrumentsOf<T extends Readonly<Record<string, Definition>>>(
  table: T,
  registry: Registry,
): InstrumentsOf<T> {
  const entries = Object.entries(table).map(([key, definition]) => [key, instrumentOf(definition, registry)]);
  return Object.fromEntries(entries) as InstrumentsOf<T>;
}

function instrumentOf(definition: Definition, registry: Registry): Counter | Gauge | Histogram {
  const { kind, name, help, labels: labelNames, buckets } = definition;
  const base = { name, help, labelNames, registers: [registry] };
  if (kind === 'gauge') return new Gauge(base);
  if (kind === 'counter') return withZeros(new Counter(base), definition);
  return new Histogram({ ...base, buckets: [...buckets] });
}

/** A series that begins with 1 has never risen, as far as Prometheus can tell: what is known beforehand begins with 0. */
function withZeros(counter: Counter, { bounds, labels }: Definition): Counter {
  let combinations: Record<string, string>[] = labels.length > 0 ? [{}] : [];
  for (const label of labels) {
    const values = bounds[label]!;
    if (typeof values === 'string') return counter;
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [label]: value })));
  }
  for (const known of combinations) counter.inc(known, 0);
  return counter;
}
