import { freePort } from '#testing';
import { type UpstreamCall } from '../upstream/call-log.js';
import { type Behaviour } from '../upstream/behaviour.js';
import { Checker } from '../support/checker.js';
import { Client } from '../support/client.js';
import { System } from '../support/system.js';
import { Stack } from './stack.js';

const FILES = ['deployments/docker-compose.yml', 'tests/compose/docker-compose.test.yml'];

/** More files, colon-separated: for an engine that has to find an image elsewhere. */
const { COMPOSE_MORE_FILES = '' } = process.env;

/** Most calls at once; one worker alone could not run as many. */
export const LIMIT = 20;

/** Of each gateway. */
export const SOCKETS_PER_ADDRESS = 3;

/** The stack as it is deployed, and the two logs that tell what became of what it was given. */
export class Fleet {
  readonly client: Client;
  readonly system: System;
  readonly checker: Checker;

  private constructor(
    readonly stack: Stack,
    readonly url: string,
    readonly prometheus: string,
    ledger: string,
    private readonly upstream: string,
  ) {
    this.client = new Client(url);
    this.system = new System('fleet', { DATABASE_URL: ledger }, () => stack.down());
    this.checker = new Checker(this.system, { calls: () => this.calls() });
  }

  static async open(): Promise<Fleet> {
    const [proxy, prometheus, ledger, upstream] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
    const env = {
      PUBLISH_PORT: String(proxy),
      PROMETHEUS_PORT: String(prometheus),
      LEDGER_PORT: String(ledger),
      UPSTREAM_PORT: String(upstream),
      POSTGRES_PASSWORD: 'of-the-test',
      REDIS_PASSWORD: 'of-the-test',
      OPENAI_API_KEY: 'sk-of-the-test',
      OPENAI_BASE_URL: 'http://upstream:9000/v1',
      OPENAI_MODEL: 'fake-model',
      OPENAI_MAX_CONCURRENCY: String(LIMIT),
      WORKER_CONCURRENCY: '8',
      SOCKET_MAX_PER_ADDRESS: String(SOCKETS_PER_ADDRESS),
    };
    const more = COMPOSE_MORE_FILES.split(':').filter((file) => file !== '');
    return new Fleet(
      await Stack.of('llmq-test', [...FILES, ...more], env),
      `http://127.0.0.1:${proxy}`,
      `http://127.0.0.1:${prometheus}`,
      `postgres://llmq:of-the-test@127.0.0.1:${ledger}/llmq`,
      `http://127.0.0.1:${upstream}`,
    );
  }

  async calls(): Promise<UpstreamCall[]> {
    const response = await fetch(`${this.upstream}/control/calls`);
    return (await response.json()) as UpstreamCall[];
  }

  async behave(...behaviours: Behaviour[]): Promise<void> {
    const body = JSON.stringify(behaviours);
    const { status } = await fetch(`${this.upstream}/control/behaviour`, { method: 'PUT', body });
    if (status !== 204) throw new Error(`the upstream answers ${status}`);
  }

  /** A gauge or counter without labels, as a process of the fleet shows it; 0 where it was never set. */
  async metric(id: string, port: number, name: string): Promise<number> {
    const script = `fetch('http://127.0.0.1:${port}/metrics').then((r) => r.text()).then((t) => console.log(t))`;
    const text = await this.stack.exec(id, ['node', '-e', script]);
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  }
}
