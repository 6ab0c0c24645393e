import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { run } from '../compose/engine.js';

const CHART = 'deployments/helm/llm-message-queue';
const JOB = 'llm-message-queue/job';
const VALUES = globSync(`${CHART}/ci/*-values.yaml`);

/**
 * Where kubeconform finds schemas: those of Kubernetes, and those of KEDA and of the Prometheus operator. Public
 * collections, unless KUBE_SCHEMAS names others, separated by spaces.
 */
const SCHEMAS = (
  process.env['KUBE_SCHEMAS'] ??
  'default https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'
).split(' ');

/** Which Kubernetes the chart is rendered for. */
const KUBERNETES = ['--kube-version', '1.31.0'];

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: object;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly replicas?: number;
    readonly template?: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Container[];
      };
    };
  };
}

const render = (values: string) =>
  run(['helm', 'template', 'llmq', CHART, ...KUBERNETES, '--namespace', 'llm', '--values', values]);

async function manifestsOf(values: string): Promise<Manifest[]> {
  return parseAllDocuments(await render(values)).map((document) => document.toJS() as Manifest);
}

const kinds = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind);

describe.each(VALUES.map((path) => [basename(path, '-values.yaml'), path] as const))(
  'the chart (%s)',
  (_, values) => {
    test('has nothing that helm lint complains about', async () => {
      expect(await run(['helm', 'lint', '--strict', CHART, '--values', values])).toContain(
        '0 chart(s) failed',
      );
    });

    test('renders what Kubernetes takes', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'llmq-chart-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'rendered.yaml');
      writeFileSync(file, await render(values));
      const locations = SCHEMAS.flatMap((location) => ['-schema-location', location]);
      const said = await run(['kubeconform', '-strict', '-summary', ...locations, file]);
      expect(said).toMatch(/Valid: [12]\d, Invalid: 0, Errors: 0, Skipped: 0/);
    });

    test('gives nobody more rights than needed, and everybody time to stop', async () => {
      const manifests = await manifestsOf(values);
      const pods = manifests.flatMap(({ spec }) => (spec?.template ? [spec.template.spec] : []));
      expect(pods.length).toBeGreaterThanOrEqual(3);
      for (const { containers, ...pod } of pods) {
        expect(pod).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true },
        });
        for (const { securityContext } of containers)
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
      }
      for (const { kind, spec } of manifests) {
        if (kind !== 'Deployment') continue;
        const { containers, terminationGracePeriodSeconds } = spec.template!.spec;
        const seconds = (name: string) =>
          Number(/^(\d+)s$/.exec(containers[0]!.env.find((one) => one.name === name)?.value ?? '0s')![1]);
        const needed = seconds('HTTP_DRAIN_DELAY') + seconds('WORKER_DRAIN_TIMEOUT') + 10;
        expect(terminationGracePeriodSeconds).toBeGreaterThan(needed);
      }
    });

    test('holds no secret', async () => {
      expect(kinds(await manifestsOf(values))).not.toContain('Secret');
    });
  },
);

test('is watched, and workers follow the plan of the scheduler, by KEDA or by an adapter', async () => {
  const keda = await manifestsOf(`${CHART}/ci/keda-values.yaml`);
  const scaled = keda.find(({ kind }) => kind === 'ScaledObject')!;
  expect(keda.find(({ kind }) => kind === 'ServiceMonitor')!.spec).toMatchObject({ jobLabel: JOB });
  const jobs = keda.flatMap(({ metadata }) => metadata.labels[JOB] ?? []);
  expect(jobs.toSorted()).toEqual(['llmq-gateway', 'llmq-scheduler', 'llmq-worker']);
  expect(JSON.stringify(scaled.spec)).toContain('max(llm_scheduler_desired_workers{namespace=\\"llm\\"})');
  const workersOf = (manifests: readonly Manifest[]) =>
    manifests.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('-queue-manager'),
    )!;
  expect(scaled.spec['scaleTargetRef']).toEqual({ name: workersOf(keda).metadata.name });
  // Or every upgrade would take the autoscaler's number back.
  expect(workersOf(keda).spec).not.toHaveProperty('replicas');

  const hpa = await manifestsOf(`${CHART}/ci/hpa-values.yaml`);
  expect(kinds(hpa)).toContain('HorizontalPodAutoscaler');
  expect(workersOf(hpa).spec).not.toHaveProperty('replicas');
  expect(workersOf(await manifestsOf(`${CHART}/ci/default-values.yaml`)).spec.replicas).toBe(2);
});

test('says what it needs when it is not given', async () => {
  await expect(run(['helm', 'template', 'llmq', CHART, ...KUBERNETES])).rejects.toThrow(
    'existingSecret: name a Secret',
  );
  const given = [CHART, ...KUBERNETES, '--set', 'existingSecret=x', '--set'];
  for (const [wrong, complaint] of [
    ['worker.autoscaling.type=magic', 'autoscaling'],
    ['gateway.replicas=none', 'replicas'],
    ['gatway.replicas=3', 'gatway'],
  ] as const)
    await expect(run(['helm', 'template', 'llmq', ...given, wrong])).rejects.toThrow(complaint);
});
