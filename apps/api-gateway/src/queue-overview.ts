import { type ProviderLanes } from '#catalog';
import { type QueueSettings } from '#config';
import { type BandPauses, type Priority, type QueueStatsQuery, TIME_RANGES } from '#contracts';
import { type BandStats, type MinuteStats, type RunningCount } from '#ledger';
import { type Clock, withDeadline } from '#runtime';
import { type LaneView, type Pauses, type QueueView } from '#walk';

/** Counting the last minute of a very busy system may take a second, once in a while. */
const PATIENCE_MS = 5_000;

/** What a band of a lane is doing. */
export interface BandStatus {
  readonly priority: Priority;
  readonly size: number;
  readonly maxSize: number;
  readonly running: number;
  readonly paused: boolean;
  readonly draining: boolean;
  readonly shedding: boolean;
  readonly headWaitMs: number | undefined;
  readonly estimatedWaitMs: number | undefined;
}

export interface LaneStatus {
  readonly view: LaneView;
  readonly bands: readonly BandStatus[];
}

/** What the queues are doing now, and what they did for one tenant. */
export interface QueueStatus {
  readonly lanes: readonly LaneStatus[];
  readonly pauses: BandPauses;
  /** Of the tenant, ever. */
  readonly totals: readonly BandStats[];
  /** Of the tenant, in the last hour. */
  readonly lastHour: readonly BandStats[];
  readonly at: Date;
}

export interface QueueHistory {
  readonly stats: readonly BandStats[];
  readonly rangeMs: number;
  /** Of the whole system, now. */
  readonly lanes: readonly LaneStatus[];
}

/** Puts together what the gateway sees of the queues and what the ledger remembers of them. */
export class QueueOverview {
  constructor(
    private readonly view: QueueView,
    private readonly pauses: Pauses,
    private readonly stats: MinuteStats,
    private readonly settings: QueueSettings,
    private readonly providers: ProviderLanes,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError database_unavailable */
  status(tenantId: string): Promise<QueueStatus> {
    return this.#inTime(async () => {
      const now = this.clock.now();
      const [totals, lastHour, lanes] = await Promise.all([
        this.stats.since(tenantId, undefined),
        this.stats.since(tenantId, new Date(now - TIME_RANGES['1h'])),
        this.#lanes(),
      ]);
      return { lanes, pauses: this.pauses.now, totals, lastHour, at: new Date(now) };
    });
  }

  /** @throws AppError database_unavailable */
  history(tenantId: string, query: QueueStatsQuery): Promise<QueueHistory> {
    const rangeMs = TIME_RANGES[query.time_range];
    return this.#inTime(async () => {
      const since = new Date(this.clock.now() - rangeMs);
      const [all, lanes] = await Promise.all([this.stats.since(tenantId, since), this.#lanes()]);
      const wanted = (lane: string) => query.lane === undefined || lane === query.lane;
      return {
        stats: all.filter(({ lane }) => wanted(lane)),
        rangeMs,
        lanes: lanes.filter(({ view }) => wanted(view.lane)),
      };
    });
  }

  async #lanes(): Promise<LaneStatus[]> {
    const running = await this.stats.running();
    return this.providers.lanes
      .map((lane) => this.view.look(lane))
      .map((view) => ({ view, bands: this.#bands(view, running) }));
  }

  #bands({ lane, waiting, headWaits }: LaneView, running: readonly RunningCount[]): BandStatus[] {
    return (Object.keys(waiting) as Priority[]).map((priority) => ({
      priority,
      size: waiting[priority],
      maxSize: this.settings.value.bands[priority].max_waiting,
      running: running.find((count) => count.lane === lane && count.priority === priority)?.running ?? 0,
      paused: this.pauses.isPaused(lane, priority),
      draining: !this.pauses.accepting(lane, priority),
      shedding: this.view.isShed({ lane, priority }),
      headWaitMs: headWaits[priority],
      estimatedWaitMs: this.view.positionOf({ lane, priority }).estimatedWaitMs,
    }));
  }

  #inTime<T>(read: () => Promise<T>): Promise<T> {
    return withDeadline(read(), PATIENCE_MS, 'database_unavailable', 'Reading the statistics');
  }
}

/** Of all lanes, one after the other. */
export function bandsOf(lanes: readonly LaneStatus[], priority?: Priority): BandStatus[] {
  return lanes.flatMap(({ bands }) =>
    bands.filter((band) => priority === undefined || band.priority === priority),
  );
}

export function failedOf({ failed, timeout }: BandStats): number {
  return failed + timeout;
}
