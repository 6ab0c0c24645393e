import { Module } from '@nestjs/common';
import { TenantSettings } from '#config';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { provide } from '#runtime';
import { BudgetBoard } from './budget-board.js';
import { UsageController } from './usage.controller.js';

/** The doors to what was used and paid. */
@Module({
  imports: [LedgerModule],
  controllers: [UsageController],
  providers: [provide(BudgetBoard, [Database, TenantSettings])],
})
export class UsageApiModule {}
