import { type Metrics } from '#observability';

export interface RequestCounts {
  readonly requests: number;
  /** Those of them that went wrong inside. */
  readonly errors: number;
  /** In ms; undefined: there was none. */
  readonly meanMs: number | undefined;
}

/** Requests that this process has answered. */
export async function requestCounts({ httpDuration }: Metrics): Promise<RequestCounts> {
  const { values } = await httpDuration.get();
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  const sums = values.filter(({ metricName }) => metricName?.endsWith('_sum'));
  const isError = ({ labels }: (typeof counts)[number]) => String(labels.status).startsWith('5');
  const total = (some: typeof counts) => some.reduce((all, { value }) => all + value, 0);
  const requests = total(counts);
  const meanMs = requests === 0 ? undefined : (total(sums) / requests) * 1_000;
  return { requests, errors: total(counts.filter(isError)), meanMs };
}
