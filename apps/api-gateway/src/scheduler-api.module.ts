import { Module } from '@nestjs/common';
import { CatalogModule, ProviderLanes } from '#catalog';
import { SchedulerSettings, WorkerSettings } from '#config';
import { Database } from '#database';
import { Facts, LedgerModule } from '#ledger';
import { Log } from '#observability';
import { PlanFacts } from '#planning';
import { Clock, provide } from '#runtime';
import { SchedulerBoard } from './scheduler-board.js';
import { SchedulerController } from './scheduler.controller.js';

/** The door to the scheduler. */
@Module({
  imports: [CatalogModule, LedgerModule],
  controllers: [SchedulerController],
  providers: [
    provide(PlanFacts, [Facts]),
    provide(SchedulerBoard, [
      Database,
      PlanFacts,
      SchedulerSettings,
      WorkerSettings,
      ProviderLanes,
      Clock,
      Log,
    ]),
  ],
})
export class SchedulerApiModule {}
