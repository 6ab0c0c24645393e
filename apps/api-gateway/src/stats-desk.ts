import { type MinuteStats } from '#ledger';
import { type Clock, withDeadline } from '#runtime';
import { statsView } from './stats.view.js';

/** Counting the last minute of a very busy system may take a second, once in a while. */
const PATIENCE_MS = 5_000;

/** What a tenant has had done, in one look. */
export class StatsDesk {
  readonly #startedAt = performance.now();

  constructor(
    private readonly stats: MinuteStats,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError database_unavailable */
  async of(tenantId: string) {
    const read = Promise.all([this.stats.since(tenantId, undefined), this.stats.open(tenantId)]);
    const [ever, open] = await withDeadline(
      read,
      PATIENCE_MS,
      'database_unavailable',
      'Reading the statistics',
    );
    const uptimeMs = performance.now() - this.#startedAt;
    return statsView(ever, open, { uptimeMs, at: new Date(this.clock.now()) });
  }
}
