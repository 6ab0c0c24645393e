import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { QueueSettings } from '#config';
import {
  type BandSelection,
  bandSelectionSchema,
  type Caller,
  type QueueParams,
  queueParamsSchema,
  type QueueStatsQuery,
  queueStatsSchema,
} from '#contracts';
import { Pauses } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { QueueOverview } from './queue-overview.js';
import { queueStatsView } from './queue-stats.view.js';
import { pausesView, queueStatusView } from './queue-status.view.js';

/** The queues: how they are doing, and the means of an operator to stop and start them. */
@Controller('api/v1/queues')
@UseGuards(ApiKeyGuard)
export class QueuesController {
  constructor(
    private readonly overview: QueueOverview,
    private readonly pauses: Pauses,
    private readonly settings: QueueSettings,
  ) {}

  @Get('status')
  @Header('cache-control', 'no-store')
  async status(@CallerOf() caller: Caller) {
    return queueStatusView(await this.overview.status(caller.tenantId), this.settings.value.bands);
  }

  @Get('stats')
  @Header('cache-control', 'no-store')
  async stats(@CallerOf() caller: Caller, @Query({ schema: queueStatsSchema }) query: QueueStatsQuery) {
    const history = await this.overview.history(caller.tenantId, query);
    return queueStatsView(query.time_range, query.queue_name, history);
  }

  @Post('pause')
  @RequireScope('admin')
  @HttpCode(200)
  async pause(@Body({ schema: bandSelectionSchema }) bands: BandSelection) {
    return pausesView(await this.pauses.pause(bands));
  }

  @Post('resume')
  @RequireScope('admin')
  @HttpCode(200)
  async resume(@Body({ schema: bandSelectionSchema }) bands: BandSelection) {
    return pausesView(await this.pauses.resume(bands));
  }

  @Post('drain')
  @RequireScope('admin')
  @HttpCode(200)
  async drain(@Body({ schema: bandSelectionSchema }) bands: BandSelection) {
    return pausesView(await this.pauses.drain(bands));
  }

  @Post(':name/pause')
  @RequireScope('admin')
  @HttpCode(200)
  async pauseOne(@Param({ schema: queueParamsSchema }) { name }: QueueParams) {
    return pausesView(await this.pauses.pause({ priority: name }));
  }

  @Post(':name/resume')
  @RequireScope('admin')
  @HttpCode(200)
  async resumeOne(@Param({ schema: queueParamsSchema }) { name }: QueueParams) {
    return pausesView(await this.pauses.resume({ priority: name }));
  }
}
