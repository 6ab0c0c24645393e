import { type ResourceSettings, type SchedulerSettings } from '#config';
import { RESOURCE_STATUSES } from '#contracts';
import { type Database } from '#database';
import { type Log, type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Resources } from './resources.js';
import { MARK_SILENT } from './sql/allocations.js';

/** A longer gap between two looks, in ms or ticks, means that nothing could be heard: the database was away. */
const MAX_GAP_MS = 5_000;
const MAX_GAP_TICKS = 3;

/** The duty that takes resources offline whose heartbeat has stopped, and counts what there is. */
export class ResourceWatch {
  readonly name = 'resource watch';
  #lastLook = -Infinity;
  #listensSince = 0;

  constructor(
    private readonly database: Database,
    private readonly resources: Resources,
    private readonly settings: ResourceSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    if (this.#couldHear()) await this.#markSilent();
    await this.#count();
    this.#lastLook = this.clock.now();
  }

  /** What another process counts from now on must not be shown beside what this one once knew. */
  retire(): void {
    this.metrics.resources.reset();
    this.metrics.resourceAllocations.set(0);
    this.metrics.resourceRequestsWaiting.set(0);
  }

  async #markSilent(): Promise<void> {
    const { heartbeat_timeout } = this.settings.value;
    const silent = await this.database.query<{ id: string; lane: string | null }>(MARK_SILENT, [
      heartbeat_timeout,
    ]);
    for (const { id, lane } of silent)
      this.log.warn({ resource_id: id, lane }, 'a resource is silent and now offline');
  }

  /**
   * A heartbeat that came while the database was away could not be noted. So after an outage, as at the start, every
   * resource has as much time as usual, instead of all of them going offline at once.
   */
  #couldHear(): boolean {
    const now = this.clock.now();
    const maxGapMs = Math.max(MAX_GAP_MS, MAX_GAP_TICKS * this.scheduler.value.tick);
    if (now - this.#lastLook > maxGapMs) this.#listensSince = now;
    return now - this.#listensSince >= this.settings.value.heartbeat_timeout;
  }

  async #count(): Promise<void> {
    const { statuses, allocations, waiting } = await this.resources.stats();
    for (const status of RESOURCE_STATUSES) this.metrics.resources.set({ status }, statuses[status]);
    this.metrics.resourceAllocations.set(allocations);
    this.metrics.resourceRequestsWaiting.set(waiting);
  }
}
