import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { type Caller } from '#contracts';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, TakesToken } from './caller.js';
import { StatsDesk } from './stats-desk.js';

/** What the caller's tenant has had done, in one look. */
@Controller('api/v1/stats')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class StatsController {
  constructor(private readonly desk: StatsDesk) {}

  @Get()
  @Header('cache-control', 'no-store')
  of(@CallerOf() { tenantId }: Caller) {
    return this.desk.of(tenantId);
  }
}
