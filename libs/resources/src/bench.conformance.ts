import { type DataSource } from 'typeorm';
import { loadConfig, ResourceSettings, SchedulerSettings } from '#config';
import {
  type Allocate,
  allocateSchema,
  heartbeatSchema,
  listResourcesSchema,
  type Resource,
  registerResourceSchema,
} from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { type Log, Metrics } from '#observability';
import { AllocationLedger } from './allocation-ledger.js';
import { Allocations, type NewAllocation } from './allocations.js';
import { Resources } from './resources.js';
import { WaitingRequests } from './waiting-requests.js';

export const TIMEOUT_MS = 30_000;
export const MAX_WAITING = 6;
export const MAX_RESOURCES = 20;
export const MAX_ALLOCATIONS = 25;

const silent = () => undefined;
export const noLog: Log = { debug: silent, info: silent, warn: silent, error: silent };
/** A caller who does not leave. */
export const STAYS = new AbortController().signal;

const config = loadConfig({ env: { OPENAI_API_KEY: 'sk-0123456789abcdef' } });

/** Everything that the tests of resources need, on one database. */
export class Bench {
  readonly resources: Resources;
  readonly allocations: Allocations;
  readonly settings = new ResourceSettings({
    ...config.resources,
    heartbeat_timeout: TIMEOUT_MS,
    max_waiting: MAX_WAITING,
    max_resources: MAX_RESOURCES,
    max_allocations: MAX_ALLOCATIONS,
  });
  readonly scheduler = new SchedulerSettings(config.scheduler);
  readonly #waiting: WaitingRequests[] = [];

  private constructor(
    readonly database: Database,
    private readonly source: DataSource,
  ) {
    const providers = { lanes: ['openai', 'simulator'], defaultLane: 'openai' };
    this.resources = new Resources(source, database, this.settings, providers);
    this.allocations = this.openAllocations();
  }

  static async open(database: Database): Promise<Bench> {
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    return new Bench(database, source);
  }

  async clear(): Promise<void> {
    await this.run('DELETE FROM resource_allocations');
    await this.run('DELETE FROM resources');
  }

  async close(): Promise<void> {
    for (const requests of this.#waiting) await requests.stop();
    await this.source.destroy();
    await this.database.close();
  }

  /** As in a process of its own. */
  openAllocations(): Allocations {
    const ledger = new AllocationLedger(this.database, this.settings);
    this.#waiting.push(new WaitingRequests(ledger, noLog));
    const waiting = this.#waiting.at(-1)!;
    return new Allocations(this.source, this.database, ledger, waiting, this.settings, new Metrics());
  }

  /** Ends the process that came last. */
  async stopLast(): Promise<void> {
    await this.#waiting.at(-1)!.stop();
  }

  async run(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.database.pool.query(text, values)).rows;
  }

  /** A llama with four GPUs, where nothing else is said. */
  register(fields: object = {}): Promise<Resource> {
    const request = { type: 'llama', capacity: { gpu: 4 }, ...fields };
    return this.resources.register(registerResourceSchema.parse(request));
  }

  beat(id: string, fields: object = {}): Promise<Resource> {
    return this.resources.heartbeat(id, heartbeatSchema.parse(fields));
  }

  /** As if its last heartbeat had been so long ago. */
  async age(id: string, ms: number): Promise<void> {
    await this.run(`UPDATE resources SET last_heartbeat = now() - $2 * interval '1 ms' WHERE id = $1`, [
      id,
      ms,
    ]);
  }

  async list(query: object = {}): Promise<string[]> {
    const page = await this.resources.list(listResourcesSchema.parse(query));
    return page.items.map(({ id }) => id);
  }

  allocate(fields: object = {}, by = this.allocations, signal = STAYS): Promise<NewAllocation> {
    return by.allocate('t1', wish(fields), signal);
  }

  release({ requestId, token }: NewAllocation, by = this.allocations): Promise<void> {
    return by.release('t1', requestId, token);
  }

  async waiting(): Promise<number> {
    return (await this.resources.stats()).waiting;
  }
}

/** A request for one GPU of a llama, where nothing else is said. */
export function wish(fields: object = {}): Allocate {
  return allocateSchema.parse({ model_type: 'llama', requirements: { gpu: 1 }, ...fields });
}

export function wanted(id: string, request: Allocate) {
  return { id, tenantId: 't1', requestId: id, token: 't', timeoutMs: 60_000, request };
}

/** The code of the error that the work ends with. */
export async function failure(work: Promise<unknown> | (() => Promise<unknown>)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
    return 'no error';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}
