import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { type PrivateServer, type PrometheusPrograms, startPrivatePrometheus } from '#testing';
import { type Member, type Role } from '../support/system.js';

interface Shipped {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly dns_sd_configs: readonly object[];
  }[];
}

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

const JOBS: Readonly<Record<string, Role>> = {
  'llmq-gateway': 'api-gateway',
  'llmq-worker': 'queue-manager',
  'llmq-scheduler': 'scheduler',
  'llmq-server': 'server',
};

const FOLDER = 'deployments/prometheus';

/** A real Prometheus with the configuration and the rules that we ship; only where the processes are differs. */
export class PrometheusAtWork {
  private constructor(
    private readonly server: PrivateServer,
    private readonly folder: string,
  ) {}

  static async start(
    { prometheus }: PrometheusPrograms,
    members: readonly Member[],
  ): Promise<PrometheusAtWork> {
    const folder = mkdtempSync(join(tmpdir(), 'llmq-monitoring-'));
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, configFor(members));
    return new PrometheusAtWork(await startPrivatePrometheus(prometheus, file), folder);
  }

  /** @throws when Prometheus does not understand the query */
  async query(query: string): Promise<readonly Series[]> {
    const { result } = await this.#get<{ result: readonly Series[] }>('query', { query });
    return result;
  }

  async targets(): Promise<readonly { labels: Readonly<Record<string, string>>; health: string }[]> {
    const { activeTargets } = await this.#get<{
      activeTargets: { labels: Record<string, string>; health: string }[];
    }>('targets');
    return activeTargets;
  }

  async rules(): Promise<readonly { name: string; health: string; state: string; lastError?: string }[]> {
    type Rule = { name: string; health: string; state: string };
    const { groups } = await this.#get<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  async #get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const url = `${this.server.url}/api/v1/${path}?${new URLSearchParams(query).toString()}`;
    const { status, error, data } = (await (await fetch(url)).json()) as Answer<T>;
    if (status !== 'success') throw new Error(`${JSON.stringify(query)}: ${error}`);
    return data;
  }
}

function configFor(members: readonly Member[]): string {
  const shipped = parse(readFileSync(`${FOLDER}/prometheus.yml`, 'utf8')) as Shipped;
  const jobs = shipped.scrape_configs.map(({ job_name, dns_sd_configs: _dns, ...job }) => {
    const own = members.filter(({ role }) => role === JOBS[job_name]);
    return { ...job, job_name, static_configs: [{ targets: own.map(({ url }) => new URL(url).host) }] };
  });
  return stringify({
    ...shipped,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [resolve(FOLDER, 'alerts.yml')],
    scrape_configs: jobs,
  });
}
