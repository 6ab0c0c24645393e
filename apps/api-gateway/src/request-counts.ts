import { type Metrics } from '#observability';

/** Requests that this process has answered, and those of them that went wrong inside. */
export async function requestCounts({
  httpDuration,
}: Metrics): Promise<{ requests: number; errors: number }> {
  const { values } = await httpDuration.get();
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  const isError = ({ labels }: (typeof counts)[number]) => String(labels.status).startsWith('5');
  const sum = (some: typeof counts) => some.reduce((total, { value }) => total + value, 0);
  return { requests: sum(counts), errors: sum(counts.filter(isError)) };
}
