import { AppError, toAppError } from '#contracts';
import { type Log, type Metrics } from '#observability';
import { type Catalog } from './catalog.js';
import { type CatalogSources, loadCatalog } from './load-catalog.js';
import { ProviderLanes } from './provider-lanes.js';

/** The catalog that this process runs. It is replaced as a whole by a good one, and never by a bad one. */
export class Catalogs extends ProviderLanes {
  #now: Catalog;

  /** @throws AppError catalog_invalid */
  constructor(
    private readonly sources: CatalogSources,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    super();
    this.#now = loadCatalog(sources);
    this.#tellWhatIsFree();
  }

  get now(): Catalog {
    return this.#now;
  }

  get lanes(): readonly string[] {
    return this.#now.lanes;
  }

  get defaultLane(): string {
    return this.#now.defaultProvider.name;
  }

  /**
   * Reads the files again. What they say holds from now on, or else what held before.
   * @throws AppError catalog_invalid, restart_needed
   */
  reload(): Catalog {
    try {
      const next = loadCatalog(this.sources);
      requireSameLanes(this.#now, next);
      this.#swap(next);
      return next;
    } catch (error) {
      this.#refuse(toAppError(error));
      throw error;
    }
  }

  #swap(next: Catalog): void {
    this.#now = next;
    this.metrics.catalogReloads.inc({ outcome: 'applied' });
    this.metrics.catalogRefused.set(0);
    this.log.info({ providers: next.lanes }, 'the provider files were read again and hold now');
    this.#tellWhatIsFree();
  }

  /** Right for a model of one's own; for another one the price has been forgotten. */
  #tellWhatIsFree(): void {
    const bought = this.#now.providers.filter(({ kind, keys }) => kind !== 'simulator' && keys.length > 0);
    const models = bought.flatMap(({ name, models: all }) =>
      all.filter(({ price }) => price === null).map(({ id }) => `${name}/${id}`),
    );
    if (models.length > 0) this.log.warn({ models }, 'these models have no price and count as free');
  }

  #refuse({ code, message, fields }: AppError): void {
    this.metrics.catalogReloads.inc({ outcome: 'refused' });
    this.metrics.catalogRefused.set(1);
    this.log.error({ code, problems: fields }, `the provider files are not applied: ${message}`);
  }
}

/** Queues and slots of a lane are opened at start, in every process. */
function requireSameLanes(now: Catalog, next: Catalog): void {
  const added = next.lanes.filter((lane) => !now.lanes.includes(lane));
  const removed = now.lanes.filter((lane) => !next.lanes.includes(lane));
  const changes = [
    ...added.map((name) => ({ field: `providers.${name}`, message: 'was turned on; restart to use it' })),
    ...removed.map((name) => ({
      field: `providers.${name}`,
      message: 'is gone or turned off; restart, once no message waits for it',
    })),
  ];
  if (changes.length === 0) return;
  const text = changes.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new AppError('restart_needed', text, { fields: changes });
}
