import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ALIASES, LEAVES, loadConfig, parseDuration } from '#config';

const CHART = 'deployments/helm/llm-message-queue';

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
}

const text = (path: string) => readFileSync(path, 'utf8');
const servicesOf = (file: string) =>
  (parse(text(file), { merge: true }) as { services: Record<string, Service> }).services;

const COMPOSE = globSync('deployments/docker-compose*.yml');
const services = COMPOSE.flatMap((file) => Object.entries(servicesOf(file)));
const apps = services.filter(([, { image = '' }]) => image.includes('llm-message-queue'));
const { version } = JSON.parse(text('package.json')) as { version: string };

/** What the processes read: settings, their older names, and what the provider files ask for. */
const KNOWN = new Set([
  ...LEAVES.map(({ meta }) => meta.env),
  ...ALIASES.map(({ name }) => name),
  ...[...text('configs/providers.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!),
]);

const namesIn = (path: string, pattern: RegExp) => [...text(path).matchAll(pattern)].map(([, name]) => name!);

test('there is something to look at', () => {
  expect(COMPOSE.length).toBeGreaterThan(1);
  expect(apps.length).toBeGreaterThan(3);
});

describe('the compose files', () => {
  test.each(apps)('%s gets variables that are settings', (_, { environment = {} }) => {
    expect(Object.keys(environment).filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  test('ask for what .env.example explains, and for nothing else', () => {
    const asked = COMPOSE.flatMap((file) => namesIn(file, /\$\{(\w+)/g));
    const explained = namesIn('deployments/.env.example', /^#? ?(\w+)=/gm);
    expect([...new Set(explained)].toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  test('mount what is there', () => {
    const mounts = services
      .filter(([, { profiles }]) => profiles === undefined)
      .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!))
      .filter((source) => source.startsWith('.'));
    expect(mounts.length).toBeGreaterThan(3);
    expect(mounts.filter((source) => !existsSync(resolve('deployments', source)))).toEqual([]);
  });

  test.each(apps)('%s may take as long to stop as it needs', (_, { environment = {}, stop_grace_period }) => {
    const config = loadConfig({ env: { INSECURE: 'true', ...settingsOf(environment) } });
    const needed = config.http.drain_delay + config.workers.drain_timeout + 10_000;
    expect(parseDuration(stop_grace_period!)).toBeGreaterThan(needed);
  });

  test('look for health where a process listens', () => {
    const fleet = servicesOf('deployments/docker-compose.yml');
    const portOf = (name: string) =>
      /127\.0\.0\.1:(\d+)\/ready/.exec(fleet[name]!.healthcheck!.test.at(-1)!)?.[1];
    expect(['api-gateway', 'queue-manager', 'scheduler'].map(portOf)).toEqual(['8080', '8081', '8082']);
  });
});

describe('the image', () => {
  test('knows programs that are there, and the stacks name none but them', () => {
    const programs = namesIn('deployments/entrypoint.mjs', /'\.\/dist\/(\S+)\.js'/g);
    expect(programs.filter((path) => !existsSync(`${path}.ts`))).toEqual([]);
    const names = namesIn('deployments/entrypoint.mjs', /^ {2}'?([\w-]+)'?: /gm);
    expect(names).toHaveLength(programs.length);
    expect(apps.flatMap(([, { command = [] }]) => command).filter((name) => !names.includes(name))).toEqual(
      [],
    );
  });

  test('has the version of the package, and so has the chart', () => {
    expect(namesIn('deployments/Dockerfile', /^ARG VERSION=(\S+)/gm)).toEqual([version]);
    expect(parse(text(`${CHART}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  });

  test('copies what its context may hold', () => {
    const copied = namesIn('deployments/Dockerfile', /^COPY (?!--from)(.+) \S+$/gm).flatMap((list) =>
      list.split(' '),
    );
    const allowed = namesIn('.dockerignore', /^!(\S+)$/gm);
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !allowed.includes(path) || !existsSync(path))).toEqual([]);
  });
});

describe('the chart', () => {
  test('sets variables that are settings', () => {
    const names = namesIn(`${CHART}/templates/_helpers.tpl`, /- \{ name: ([A-Z_]+), value:/g);
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  test.each(globSync(`${CHART}/ci/*.yaml`))('%s has settings that a process takes', (path) => {
    const { config = {} } = parse(text(path)) as { config?: object };
    const folder = mkdtempSync(join(tmpdir(), 'llmq-chart-'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify(config));
    expect(() => loadConfig({ env: {}, file })).not.toThrow();
    rmSync(folder, { recursive: true });
  });

  test('gives each process the port that it has elsewhere', () => {
    const values = parse(text(`${CHART}/values.yaml`)) as Record<string, { port?: number }>;
    expect(['gateway', 'worker', 'scheduler'].map((role) => values[role]!.port)).toEqual([8080, 8081, 8082]);
  });
});

/** What is written out, and not taken from the environment. */
function settingsOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => !value.includes('${')));
}
