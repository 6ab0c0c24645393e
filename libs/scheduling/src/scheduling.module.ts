import { Module } from '@nestjs/common';
import { SchedulerSettings } from '#config';
import { Facts, Leases, LedgerModule, MessageLedger } from '#ledger';
import { Log, Metrics } from '#observability';
import { JobQueue, QueueModule } from '#queue';
import { provide } from '#runtime';
import { Enqueuer, EnqueueModule } from '#walk';
import { Leader } from './leader.js';
import { Reconciler } from './reconciler.js';

@Module({
  imports: [LedgerModule, QueueModule, EnqueueModule],
  providers: [
    provide(Reconciler, [MessageLedger, JobQueue, Enqueuer, Facts, SchedulerSettings, Metrics, Log]),
    {
      provide: Leader,
      inject: [Leases, Reconciler, SchedulerSettings, Metrics, Log],
      useFactory: (
        leases: Leases,
        reconciler: Reconciler,
        settings: SchedulerSettings,
        metrics: Metrics,
        log: Log,
      ) => new Leader(leases, [reconciler], settings, metrics, log),
    },
  ],
  exports: [Leader],
})
export class SchedulingModule {}
