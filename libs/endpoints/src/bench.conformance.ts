import { Upstreams } from '#balancing';
import { type ProviderSpec } from '#catalog';
import { EndpointSettings, loadConfig } from '#config';
import {
  type AddEndpoint,
  addEndpointSchema,
  type ChangeEndpoint,
  changeEndpointSchema,
  type KeyRest,
} from '#contracts';
import { type ControlBus } from '#control';
import { type Database, migrate, openDataSource } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { type Log, Metrics } from '#observability';
import { AddressGuard } from '#outbound';
import { SystemClock } from '#runtime';
import { BalancingDesk } from './balancing-desk.js';
import { EndpointBoard } from './endpoint-board.js';
import { Endpoints } from './endpoints.js';
import { KeyRests } from './key-rests.js';
import { ProviderSpecs } from './provider-specs.js';
import { UpstreamLedger } from './upstream-ledger.js';
import { UpstreamSync } from './upstream-sync.js';

export const MOST_ENDPOINTS = 10;

const silent = () => undefined;
export const noLog: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** The providers of a test, which may change. */
export class TestSpecs extends ProviderSpecs {
  all: readonly ProviderSpec[] = [
    spec('openai', ['sk-1', 'sk-2']),
    { ...spec('simulator', []), endpoints: [], kind: 'simulator' },
  ];
}

/** A provider with two endpoints. */
export function spec(name: string, secrets: readonly string[]): ProviderSpec {
  const endpoint = { weight: 1, maxConnections: 20, priority: 0, group: 'primary' } as const;
  return {
    name,
    kind: 'openai-compatible',
    endpoints: [1, 2].map((n) => ({ ...endpoint, id: `${name}-${n}`, url: `http://127.0.0.1:${n}/v1` })),
    keys: secrets.map((secret, i) => ({ id: `key-${i + 1}`, secret, weight: 1, limits: {} })),
    models: [],
    defaultModel: 'm',
    maxConcurrency: 20,
    limits: {},
    balancing: { strategy: 'weighted_round_robin', affinity: 'none', affinityTimeoutMs: 1_800_000 },
    timeouts: { firstTokenMs: 1_000, idleMs: 1_000, totalMs: 1_000 },
  };
}

/** One worker process. */
export interface Worker {
  readonly upstreams: Upstreams;
  readonly sync: UpstreamSync;
  readonly rests: KeyRests;
}

/** Gateways and workers on one database, whose control bus tells nothing unless a test lets it. */
export class Bench {
  readonly specs = new TestSpecs();
  readonly ledger: UpstreamLedger;
  readonly endpoints: Endpoints;
  readonly desk: BalancingDesk;
  readonly published: { readonly event: string; readonly payload: unknown }[] = [];
  readonly #bus: ControlBus;

  private constructor(
    readonly database: Database,
    private readonly onClose: () => Promise<void>,
  ) {
    const publish = (event: string, payload: unknown) => this.published.push({ event, payload });
    this.#bus = { publish } as unknown as ControlBus;
    this.ledger = new UpstreamLedger(database);
    const config = loadConfig({ env: { ENDPOINTS_MAX: String(MOST_ENDPOINTS) } });
    const guard = new AddressGuard({ allowPrivate: false, allowedHosts: ['127.0.0.1'] });
    this.endpoints = new Endpoints(
      this.specs,
      this.ledger,
      new EndpointBoard(new SystemClock()),
      guard,
      this.#bus,
      new EndpointSettings(config.endpoints),
      noLog,
    );
    this.desk = new BalancingDesk(this.specs, this.ledger, this.#bus, noLog);
  }

  static async open(database: Database): Promise<Bench> {
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    return new Bench(database, async () => {
      await source.destroy();
      await database.close();
    });
  }

  async clear(): Promise<void> {
    for (const table of ['endpoints', 'provider_balancing', 'key_rests'])
      await this.database.pool.query(`DELETE FROM ${table}`);
    this.published.length = 0;
    this.specs.all = new TestSpecs().all;
  }

  close(): Promise<void> {
    return this.onClose();
  }

  /** A worker that has started, and looks when a test says so. */
  async worker(ledger: UpstreamLedger = this.ledger): Promise<Worker> {
    const upstreams = new Upstreams(new Metrics(), noLog);
    const rests = new KeyRests(upstreams, ledger, this.#bus, noLog);
    const sync = new UpstreamSync(upstreams, this.specs, ledger, rests, noLog);
    await sync.start();
    await sync.stop();
    return { upstreams, sync, rests };
  }

  add(fields: Partial<Record<keyof AddEndpoint, unknown>> = {}) {
    const request = { id: 'mine', url: 'http://93.184.216.34/v1', provider: 'openai', ...fields };
    return this.endpoints.add(addEndpointSchema.parse(request));
  }

  change(id: string, fields: Partial<Record<keyof ChangeEndpoint, unknown>>) {
    return this.endpoints.change(id, changeEndpointSchema.parse(fields));
  }

  async ids(): Promise<string[]> {
    return (await this.endpoints.list()).map(([{ id }]) => id);
  }

  /** What the bus was given to tell. */
  told<T = KeyRest>(event: string): T[] {
    return this.published.filter((one) => one.event === event).map(({ payload }) => payload as T);
  }
}

/** The ids of the endpoints that a worker calls. */
export function called({ upstreams }: Worker, provider = 'openai'): string[] {
  const ids = new Set<string>();
  for (let i = 0; i < 50; i += 1) {
    const pick = upstreams.pick({ provider });
    if (!pick.available) continue;
    ids.add(pick.endpoint.id);
    pick.done({ result: 'stopped' });
  }
  return [...ids].toSorted();
}

/** The ids of the keys that a worker calls with. */
export function keysOf({ upstreams }: Worker): string[] {
  const ids = new Set<string>();
  for (let i = 0; i < 20; i += 1) {
    const pick = upstreams.pick({ provider: 'openai' });
    if (!pick.available) continue;
    ids.add(pick.key!.id);
    pick.done({ result: 'stopped' });
  }
  return [...ids].toSorted();
}

/** The code of the error that the work ends with. */
export async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}
