import { type FactoryProvider, Module } from '@nestjs/common';
import { CatalogModule, ProviderLanes } from '#catalog';
import { QueueSettings, SchedulerSettings, WorkerSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import {
  BacklogReader,
  Facts,
  Leases,
  LedgerModule,
  MinuteStats,
  ScheduleLedger,
  WorkerProcesses,
} from '#ledger';
import { Concurrency, LimitsModule, Slots } from '#limits';
import { Log, Metrics } from '#observability';
import { PlanFacts } from '#planning';
import { JobQueue, QueueModule } from '#queue';
import { AllocationSweep, ResourcesModule, ResourceWatch } from '#resources';
import { Clock, provide, type Token } from '#runtime';
import { EnqueueModule, Enqueuer, Pauses, PausesModule } from '#walk';
import { CountBacklog } from './count-backlog.js';
import { CountDeadLetters } from './count-dead-letters.js';
import { DeadLetterDutiesModule } from './dead-letter-duties.module.js';
import { Detours } from './detours.js';
import { DueMessages } from './due-messages.js';
import { ExpireDeadLetters } from './expire-dead-letters.js';
import { ExpireMessages } from './expire-messages.js';
import { ForgetDeliveries } from './forget-deliveries.js';
import { IdleConversations } from './idle-conversations.js';
import { type Duty, Leader } from './leader.js';
import { LifeDutiesModule } from './life-duties.module.js';
import { LostWorkers } from './lost-workers.js';
import { OpenBacklog } from './open-backlog.js';
import { PlanConcurrency } from './plan-concurrency.js';
import { QueueStatistics } from './queue-statistics.js';
import { Reconciler } from './reconciler.js';
import { RedriveDeadLetters } from './redrive-dead-letters.js';
import { Retention } from './retention.js';
import { ScheduleLoss } from './schedule-loss.js';
import { UnusedSessions } from './unused-sessions.js';

/** What the leader does on every tick, in this order. */
const DUTIES: readonly Token<Duty>[] = [
  ScheduleLoss,
  PlanConcurrency,
  Detours,
  LostWorkers,
  DueMessages,
  ExpireMessages,
  Reconciler,
  RedriveDeadLetters,
  ExpireDeadLetters,
  CountDeadLetters,
  CountBacklog,
  IdleConversations,
  UnusedSessions,
  Retention,
  ForgetDeliveries,
  QueueStatistics,
  ResourceWatch,
  AllocationSweep,
];

const leader: FactoryProvider<Leader> = {
  provide: Leader,
  inject: [Leases, SchedulerSettings, Metrics, Log, ...DUTIES],
  useFactory: (
    leases: Leases,
    settings: SchedulerSettings,
    metrics: Metrics,
    log: Log,
    ...duties: readonly Duty[]
  ) => new Leader(leases, duties, settings, metrics, log),
};

@Module({
  imports: [
    CatalogModule,
    LedgerModule,
    QueueModule,
    LimitsModule,
    EnqueueModule,
    PausesModule,
    ControlModule,
    LifeDutiesModule,
    DeadLetterDutiesModule,
    ResourcesModule,
  ],
  providers: [
    provide(ScheduleLoss, [JobQueue, ScheduleLedger, Facts, Log]),
    provide(LostWorkers, [
      WorkerProcesses,
      Enqueuer,
      Slots,
      Concurrency,
      ProviderLanes,
      QueueSettings,
      SchedulerSettings,
      Metrics,
      Log,
    ]),
    provide(PlanFacts, [Facts]),
    provide(OpenBacklog, [JobQueue, Pauses]),
    provide(PlanConcurrency, [
      OpenBacklog,
      PlanFacts,
      ControlBus,
      SchedulerSettings,
      WorkerSettings,
      Metrics,
      Clock,
    ]),
    provide(Detours, [ScheduleLedger, JobQueue, Enqueuer, SchedulerSettings, Metrics, Clock, Log]),
    provide(QueueStatistics, [MinuteStats, Metrics, Clock]),
    provide(CountBacklog, [BacklogReader, Metrics, Clock]),
    provide(Reconciler, [ScheduleLedger, Enqueuer, SchedulerSettings, Metrics, Log]),
    leader,
  ],
  exports: [Leader, PlanConcurrency, Detours],
})
export class SchedulingModule {}
