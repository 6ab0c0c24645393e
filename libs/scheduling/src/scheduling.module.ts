import { Module } from '@nestjs/common';
import { SchedulerSettings } from '#config';
import { Facts, Leases, LedgerModule, MessageLedger } from '#ledger';
import { Log, Metrics } from '#observability';
import { JobQueue, QueueModule } from '#queue';
import { provide } from '#runtime';
import { Enqueuer, EnqueueModule } from '#walk';
import { Leader } from './leader.js';
import { Reconciler } from './reconciler.js';
import { ScheduleLoss } from './schedule-loss.js';

@Module({
  imports: [LedgerModule, QueueModule, EnqueueModule],
  providers: [
    provide(ScheduleLoss, [JobQueue, MessageLedger, Facts, Log]),
    provide(Reconciler, [MessageLedger, Enqueuer, SchedulerSettings, Metrics, Log]),
    {
      provide: Leader,
      inject: [Leases, ScheduleLoss, Reconciler, SchedulerSettings, Metrics, Log],
      useFactory: (
        leases: Leases,
        loss: ScheduleLoss,
        reconciler: Reconciler,
        settings: SchedulerSettings,
        metrics: Metrics,
        log: Log,
      ) => new Leader(leases, [loss, reconciler], settings, metrics, log),
    },
  ],
  exports: [Leader],
})
export class SchedulingModule {}
