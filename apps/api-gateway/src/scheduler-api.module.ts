import { Module } from '@nestjs/common';
import { ProviderSettings, SchedulerSettings, WorkerSettings } from '#config';
import { Database } from '#database';
import { Facts, LedgerModule } from '#ledger';
import { Log } from '#observability';
import { PlanFacts } from '#planning';
import { Clock, provide } from '#runtime';
import { SchedulerBoard } from './scheduler-board.js';
import { SchedulerController } from './scheduler.controller.js';

/** The door to the scheduler. */
@Module({
  imports: [LedgerModule],
  controllers: [SchedulerController],
  providers: [
    provide(PlanFacts, [Facts]),
    provide(SchedulerBoard, [
      Database,
      PlanFacts,
      SchedulerSettings,
      WorkerSettings,
      ProviderSettings,
      Clock,
      Log,
    ]),
  ],
})
export class SchedulerApiModule {}
