import { type Bound, type Definition, METRICS, ROLES, unitOf } from '#observability';

/** `docs/metrics.md`: every metric of our own. */
export function metricsPage(): string {
  const rows = Object.values<Definition>(METRICS).map(
    (metric) =>
      `| \`${metric.name}\` | ${metric.kind} | ${unitOf(metric)} | ${whereOf(metric)} | ${acrossOf(metric)} | ${labelsOf(metric)} | ${metric.help} |`,
  );
  return `<!-- Made by \`npm run docs\` from libs/observability/src/metrics; a test holds it against the code. -->

# Metrics

Every process serves Prometheus text on \`/metrics\`: what it measures of the table below, and what every Node process has. What is called \`llm_…\` has the name that others expect; all else is called \`llmq_…\`. No label ever holds the id of a user, a tenant or a message, and the last column but one says what bounds each label.

| program | port | measures |
| --- | --- | --- |
| \`api-gateway\` | 8080 | what is marked gateway |
| \`queue-manager\` | 8081 | worker |
| \`scheduler\` | 8082 | scheduler |
| \`server\` | 8080 | everything |

## How to put processes together

Each process counts for itself. *Over processes* says how the values of several become one: \`sum\` where each has a part, \`max\` (or \`min\`) where each tells of the whole as it sees it, so that a sum would count it several times. Counters and histograms are summed, after \`rate\`: \`sum by (priority) (rate(llm_requests_total[5m]))\`, \`histogram_quantile(0.95, sum by (le) (rate(llmq_message_wait_seconds_bucket[5m])))\`. What only the leading scheduler knows is 0, or missing, in the others: \`max\`.

The dashboards in \`deployments/grafana\` and the rules in \`deployments/prometheus\` do so. \`GET /api/v1/metrics\` answers some of the numbers as JSON, to whoever has a key.

## Metrics of our own

| metric | type | unit | where | over processes | labels | meaning |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Metrics of Node

Each process has those of [prom-client](https://github.com/siimon/prom-client#default-metrics): \`process_*\` and \`nodejs_*\`. Most worth watching are \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\` (how late a timer comes in one of a hundred cases; every stream and every heartbeat is that late, too) and \`nodejs_gc_duration_seconds\`. They are of one process: look at them by \`instance\`.
`;
}

function whereOf({ roles }: Definition): string {
  return roles.length === ROLES.length ? 'all' : roles.join(', ');
}

function acrossOf({ across }: Definition): string {
  return `\`${across}\``;
}

function labelsOf({ bounds }: Definition): string {
  return Object.entries(bounds)
    .map(([label, bound]) => `\`${label}\`: ${boundOf(bound)}`)
    .join('; ');
}

function boundOf(bound: Bound): string {
  return typeof bound === 'string' ? bound : bound.join(', ');
}
