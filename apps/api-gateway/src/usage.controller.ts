import { Controller, Get, Header, Query, UseGuards } from '@nestjs/common';
import { type BudgetsQuery, budgetsSchema, type Caller, type UsageQuery, usageSchema } from '#contracts';
import { UsageReader } from '#ledger';
import { Clock } from '#runtime';
import { ApiKeyGuard } from './api-key.guard.js';
import { BudgetBoard } from './budget-board.js';
import { budgetsView } from './budgets.view.js';
import { CallerOf } from './caller.js';
import { usageView } from './usage.view.js';

/** What the caller's tenant has used and paid. */
@Controller('api/v1/usage')
@UseGuards(ApiKeyGuard)
export class UsageController {
  constructor(
    private readonly usage: UsageReader,
    private readonly budgets: BudgetBoard,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async of(@CallerOf() { tenantId }: Caller, @Query({ schema: usageSchema }) query: UsageQuery) {
    return usageView(query, await this.usage.of(tenantId, query));
  }

  @Get('budgets')
  @Header('cache-control', 'no-store')
  async left(@CallerOf() { tenantId }: Caller, @Query({ schema: budgetsSchema }) { user_id }: BudgetsQuery) {
    return budgetsView(await this.budgets.of(tenantId, user_id), new Date(this.clock.now()));
  }
}
