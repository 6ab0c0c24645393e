import { Module } from '@nestjs/common';
import { LedgerModule } from '#ledger';
import { UsageController } from './usage.controller.js';

/** The doors to what was used and paid. */
@Module({
  imports: [LedgerModule],
  controllers: [UsageController],
})
export class UsageApiModule {}
