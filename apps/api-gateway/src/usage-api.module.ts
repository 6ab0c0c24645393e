import { Module } from '@nestjs/common';
import { TenantSettings } from '#config';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { provide } from '#runtime';
import { BudgetBoard } from './budget-board.js';
import { StatsController } from './stats.controller.js';
import { UsageController } from './usage.controller.js';

/** The doors to what was done, used and paid. */
@Module({
  imports: [LedgerModule],
  controllers: [UsageController, StatsController],
  providers: [provide(BudgetBoard, [Database, TenantSettings])],
})
export class UsageApiModule {}
