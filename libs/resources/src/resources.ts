import { type DataSource } from 'typeorm';
import { type ProviderLanes } from '#catalog';
import { type ResourceSettings } from '#config';
import {
  AppError,
  type Heartbeat,
  type ListResources,
  newId,
  type RegisterResource,
  type Resource,
  type ResourceStats,
  type UpdateResource,
} from '#contracts';
import { type Database } from '#database';
import { type Page, paginate, ResourceRow } from '#ledger';
import { toResource } from './rows.js';
import { requireLane, slotsOf } from './slots-of.js';
import * as sql from './sql/resources.js';
import { type CountRow, sumCounts } from './sum-counts.js';

/** The capacity that model servers have registered. */
export class Resources {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
    private readonly settings: ResourceSettings,
    private readonly providers: ProviderLanes,
  ) {}

  /** @throws AppError resource_exists, limit_reached, provider_unknown, invalid_request */
  register(request: RegisterResource): Promise<Resource> {
    const { lane, capacity } = slotsOf(request, this.providers.lanes);
    const id = request.id === '' ? newId('res') : request.id;
    return this.database.answer(async () => {
      const { name, type, capabilities, used, endpoint, metadata } = request;
      const fields = [id, name === '' ? id : name, type, capabilities, capacity, used, endpoint, metadata];
      const { max_resources } = this.settings.value;
      const made = await this.database.query(sql.REGISTER, [...fields, lane, max_resources]);
      if (made.length === 0) throw await this.#refusal(id);
      return this.#find(id);
    });
  }

  /** @throws AppError resource_not_found, database_unavailable */
  get(id: string): Promise<Resource> {
    return this.database.answer(() => this.#find(id));
  }

  /** All of them where no page is asked for: there is a bound to how many there can be. */
  list({ status, type, provider, ...request }: ListResources): Promise<Page<Resource>> {
    return this.database.answer(async () => {
      const query = this.source.manager.createQueryBuilder(ResourceRow, 'r');
      if (status !== undefined) query.andWhere({ status });
      if (type !== undefined) query.andWhere({ type });
      if (provider !== undefined) query.andWhere({ lane: provider });
      const { limit, after, page, page_size, offset } = request;
      const isPaged = [limit, after, page, page_size, offset].some((given) => given !== undefined);
      const all = isPaged ? {} : { limit: this.settings.value.max_resources };
      const rows = await paginate(query, 'r', 'createdAt', { ...request, ...all });
      return { ...rows, items: rows.items.map(toResource) };
    });
  }

  /** Changes what is named. `available` takes back what was declared of it; alive it is only by its heartbeat. */
  update(id: string, change: UpdateResource): Promise<Resource> {
    if (change.provider) requireLane(change.provider, this.providers.lanes);
    const { name, type, capabilities, capacity, endpoint, metadata, status, load, provider } = change;
    const fields = [name, type, capabilities, capacity, endpoint, metadata, status, load].map(
      (value) => value ?? null,
    );
    return this.#change(id, sql.UPDATE, [...fields, provider !== undefined, provider ?? null]);
  }

  /** A sign of life, which brings it back online. */
  heartbeat(id: string, { load, used, status }: Heartbeat): Promise<Resource> {
    return this.#change(id, sql.HEARTBEAT, [load ?? null, used ?? null, status ?? null]);
  }

  /** With everything that is held of it. */
  remove(id: string): Promise<void> {
    return this.database.answer(async () => {
      if ((await this.database.query(sql.REMOVE, [id])).length === 0) throw notFound(id);
    });
  }

  stats(): Promise<ResourceStats> {
    return this.database.answer(async () => {
      const rows = await this.database.query<CountRow>(sql.COUNT_RESOURCES);
      const [waiting] = await this.database.query<{ count: number }>(sql.COUNT_WAITING);
      return sumCounts(rows, waiting?.count ?? 0);
    });
  }

  #change(id: string, statement: typeof sql.UPDATE, values: unknown[]): Promise<Resource> {
    return this.database.answer(async () => {
      if ((await this.database.query(statement, [id, ...values])).length === 0) throw notFound(id);
      return this.#find(id);
    });
  }

  async #find(id: string): Promise<Resource> {
    const row = await this.source.manager.findOneBy(ResourceRow, { id });
    if (!row) throw notFound(id);
    return toResource(row);
  }

  async #refusal(id: string): Promise<AppError> {
    const isKnown = await this.source.manager.existsBy(ResourceRow, { id });
    if (isKnown)
      return new AppError(
        'resource_exists',
        `There is already a resource ${id}; PUT changes it, a heartbeat brings it back online`,
      );
    const most = this.settings.value.max_resources;
    return new AppError('limit_reached', `At most ${most} resources may be registered; remove one first`);
  }
}

function notFound(id: string): AppError {
  return new AppError('resource_not_found', `There is no resource ${id}`);
}
