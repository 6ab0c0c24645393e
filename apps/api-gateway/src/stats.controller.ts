import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { type Caller } from '#contracts';
import { MinuteStats } from '#ledger';
import { Clock, withDeadline } from '#runtime';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf } from './caller.js';
import { statsView } from './stats.view.js';

/** Counting the last minute of a very busy system may take a second, once in a while. */
const PATIENCE_MS = 5_000;

/** What the caller's tenant has had done, in one look. */
@Controller('api/v1/stats')
@UseGuards(ApiKeyGuard)
export class StatsController {
  readonly #startedAt = performance.now();

  constructor(
    private readonly stats: MinuteStats,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async of(@CallerOf() { tenantId }: Caller) {
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
