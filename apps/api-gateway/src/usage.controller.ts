import { Controller, Get, Header, Query, UseGuards } from '@nestjs/common';
import { type Caller, type UsageQuery, usageSchema } from '#contracts';
import { UsageReader } from '#ledger';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf } from './caller.js';
import { usageView } from './usage.view.js';

/** What the caller's tenant has used and paid. */
@Controller('api/v1/usage')
@UseGuards(ApiKeyGuard)
export class UsageController {
  constructor(private readonly usage: UsageReader) {}

  @Get()
  @Header('cache-control', 'no-store')
  async of(@CallerOf() { tenantId }: Caller, @Query({ schema: usageSchema }) query: UsageQuery) {
    return usageView(query, await this.usage.of(tenantId, query));
  }
}
