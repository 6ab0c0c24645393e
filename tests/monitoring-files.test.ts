import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { LEAVES } from '#config';
import { type Definition, METRICS, Metrics } from '#observability';
import { DASHBOARDS } from '../scripts/monitoring/index.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly object[];
    }[];
  }[];
}

const read = (path: string) => readFileSync(path, 'utf8');
const rules = (parse(read('deployments/prometheus/alerts.yml')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const panels = Object.values(DASHBOARDS).flatMap(({ rows }) => rows.flat());
const queries = [
  ...rules.map(({ expr }) => expr),
  ...panels.flatMap((panel) => Object.values(panel.queries)),
];

const registry = new Metrics().registry;
const known = new Set(
  registry.getMetricsAsArray().flatMap(({ name, type }) =>
    // The types of prom-client give the type as a number.
    String(type) === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
// A summary has no buckets.
for (const suffix of ['_sum', '_count']) known.add(`nodejs_gc_duration_seconds${suffix}`);

/** Whatever looks like a metric; elsewhere, where other things are called so too, what can be nothing else. */
const METRIC = /\b(?:llmq?|nodejs|process_(?:cpu|resident|heap|open|max|start|virtual))_[a-z]\w*/g;
const OURS = /\bllmq_\w+_(?:total|seconds|bytes)\b|\bllm_scheduler_\w+/g;

const WATCHING = globSync([
  'deployments/{grafana,prometheus}/**/*.{yml,json}',
  'docs/runbooks/*.md',
  'docs/metrics.md',
]);
const OTHERS = globSync([
  'docs/**/*.md',
  'deployments/**/*.{yml,yaml,tpl}',
  '*.md',
  'examples/**/*.{md,yml,yaml}',
]);

const unknownIn = (path: string, names: RegExp) =>
  [...read(path).matchAll(names)].map(([name]) => name).filter((name) => !known.has(name));

describe('metrics', () => {
  test.each(WATCHING)('%s names none that there is not', (path) => {
    expect(unknownIn(path, METRIC)).toEqual([]);
  });

  test('no other page or file names one that there is not', () => {
    expect(WATCHING.length).toBeGreaterThan(30);
    expect(OTHERS.flatMap((path) => unknownIn(path, OURS))).toEqual([]);
  });

  test('are put together over processes as the table says', () => {
    const gauges = Object.values<Definition>(METRICS).filter(({ kind }) => kind === 'gauge');
    const wrong = gauges.flatMap(({ name, across }) => {
      const others = ['sum', 'max', 'min'].filter((way) => way !== across);
      const direct = new RegExp(`\\b(${others.join('|')})( by \\([^)]*\\))? ?\\(${name}\\b`);
      return queries.filter((query) => direct.test(query) && !allowed(query, name));
    });
    expect(wrong).toEqual([]);
  });

  test('have names that say their unit, and labels of which it is known what they may hold', () => {
    for (const { name, kind, help, bounds } of Object.values<Definition>(METRICS)) {
      expect(name).toMatch(/^llmq?_[a-z_]+$/);
      expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
      expect([name, kind === 'histogram' && !name.endsWith('_seconds')]).toEqual([name, false]);
      expect(help).toMatch(/[.]$/);
      expect(
        Object.keys(bounds).filter((label) => /tenant|user|message|conversation|task_id/.test(label)),
      ).toEqual([]);
    }
  });
});

/** The least of all is what is asked for where all of them must agree that something is wrong. */
function allowed(query: string, name: string): boolean {
  const agreed = ['llmq_upstream_breaker', 'llmq_lane_paused'].includes(name) && query.startsWith('min by');
  return agreed || (name === 'llmq_build_info' && query.startsWith('sum by'));
}

describe('alerts', () => {
  const tests = (parse(read('deployments/prometheus/alerts.test.yml')) as RuleTests).tests;

  test('are there', () => expect(rules.length).toBeGreaterThan(20));

  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s has a page, somebody it wakes, and a test in which it fires and one in which it does not',
    (alert, { labels, annotations }) => {
      expect(annotations.runbook).toBe(`docs/runbooks/${alert}.md`);
      expect(read(annotations.runbook)).toMatch(
        new RegExp(`^# ${alert}\n\n[^#]+\n## What it harms\n\n[^#]+\n## Look at\n\n- [^#]+\n## Do\n\n- `),
      );
      expect(['critical', 'warning']).toContain(labels.severity);
      const cases = tests
        .flatMap((each) => each.alert_rule_test)
        .filter(({ alertname }) => alertname === alert);
      expect(cases.map(({ exp_alerts }) => exp_alerts.length).toSorted((a, b) => a - b)).toEqual([0, 1]);
    },
  );

  test('there is no page of an alert that is gone', () => {
    const pages = globSync('docs/runbooks/Llmq*.md').map((path) => path.replace(/^.*\/|\.md$/g, ''));
    expect(pages.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });
});

describe('runbooks', () => {
  const pages = globSync('docs/runbooks/*.md').map((path) => [path, read(path)] as const);
  const routes = read('docs/api.md');
  const variables = new Set(LEAVES.map(({ meta }) => meta.env));
  const settings = new Set(LEAVES.map(({ path }) => path.join('.')));
  const sections = new Set(LEAVES.map(({ path }) => path[0]!));

  test.each(pages)('%s names routes, variables and settings that there are', (_, page) => {
    const words = [...page.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
    const paths = words.flatMap((word) => /(\/api\/v1\/[\w/{}-]+)/.exec(word)?.[1] ?? []);
    expect(paths.filter((path) => !routes.includes(path))).toEqual([]);
    const named = words.filter((word) => /^[A-Z][A-Z_]{3,}$/.test(word) && word.includes('_'));
    expect(named.filter((word) => !variables.has(word))).toEqual([]);
    const dotted = words.filter(
      (word) =>
        /^[a-z_]+\.[a-z_.]+$/.test(word) && !word.endsWith('.yaml') && sections.has(word.split('.')[0]!),
    );
    expect(dotted.filter((word) => !settings.has(word))).toEqual([]);
  });

  test.each(pages)('%s links to pages that there are', (path, page) => {
    for (const [, target] of page.matchAll(/\]\(([^)]+)\)/g))
      expect(() => read(new URL(target!, `file://${process.cwd()}/${path}`).pathname)).not.toThrow();
  });
});

describe('dashboards', () => {
  test.each(Object.entries(DASHBOARDS))('%s has panels with titles and queries, each once', (_, { rows }) => {
    const all = rows.flat();
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const { title, queries: own } of all)
      expect([title, Object.keys(own).length]).not.toEqual([title, 0]);
  });

  test('every metric is shown on one of them, or is what they are made from', () => {
    const shown = queries.join('\n');
    const missing = Object.values<Definition>(METRICS).filter(({ name }) => !shown.includes(name));
    expect(missing.map(({ name }) => name).toSorted()).toEqual(NOT_SHOWN);
  });

  test('are provisioned from where they are mounted, with the data source that is provisioned', () => {
    const { providers } = parse(
      read('deployments/grafana/provisioning/dashboards/llm-message-queue.yml'),
    ) as {
      providers: { options: { path: string } }[];
    };
    expect(providers[0]!.options.path).toBe('/var/lib/grafana/dashboards');
    const { datasources } = parse(read('deployments/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string; type: string; isDefault: boolean }[];
    };
    expect(datasources).toMatchObject([{ uid: 'prometheus', type: 'prometheus', isDefault: true }]);
  });
});

/** Of interest to few; they can be asked for. */
const NOT_SHOWN: readonly string[] = [
  'llmq_catalog_reloads_total',
  'llmq_conversations_rested_total',
  'llmq_message_run_seconds',
  'llmq_requests_replayed_total',
  'llmq_resource_allocations',
  'llmq_resource_requests_total',
  'llmq_resource_requests_waiting',
  'llmq_resources',
  'llmq_results_total',
  'llmq_statistics_collections_total',
];
