import { Module } from '@nestjs/common';
import { Upstreams } from '#balancing';
import { CatalogModule, Catalogs } from '#catalog';
import { QueueSettings, SchedulerSettings, TenantSettings, WorkerSettings } from '#config';
import { UpstreamsModule } from '#endpoints';
import { LedgerModule, MessageLedger, WorkerProcesses } from '#ledger';
import { Concurrency, LimitsModule, Rates, Slots } from '#limits';
import { Log, Metrics } from '#observability';
import { Providers, ProvidersModule } from '#providers';
import { JobQueue, QueueModule } from '#queue';
import { ResourceCapacity, ResourcesModule } from '#resources';
import { Clock, provide, ThisProcess } from '#runtime';
import { Pauses, PausesModule, RunMessage, RunModule, RunningMessages } from '#walk';
import { Dispatcher } from './dispatcher.js';
import { Heartbeat } from './heartbeat.js';
import { LaneLimits } from './lane-limits.js';
import { Lanes } from './lanes.js';
import { LeaseKeeper } from './lease-keeper.js';
import { RunLimits } from './run-limits.js';
import { Runs } from './runs.js';
import { SlotPlan } from './slot-plan.js';
import { Starter } from './starter.js';

@Module({
  imports: [
    CatalogModule,
    QueueModule,
    LimitsModule,
    LedgerModule,
    RunModule,
    ProvidersModule,
    UpstreamsModule,
    PausesModule,
    ResourcesModule,
  ],
  providers: [
    provide(SlotPlan, [SchedulerSettings, Clock]),
    provide(LaneLimits, [SlotPlan, ResourceCapacity]),
    provide(Lanes, [Providers, Slots, LaneLimits, QueueSettings, WorkerSettings, Pauses, Upstreams]),
    provide(LeaseKeeper, [JobQueue, Lanes, Concurrency, MessageLedger, RunningMessages, QueueSettings, Log]),
    provide(RunLimits, [Concurrency, Rates, JobQueue, Catalogs, TenantSettings, QueueSettings, Metrics, Log]),
    provide(Runs, [RunMessage, RunLimits, JobQueue, LeaseKeeper, Lanes, Metrics, Log]),
    provide(Starter, [JobQueue, Lanes, Runs, QueueSettings]),
    provide(Heartbeat, [WorkerProcesses, ThisProcess, QueueSettings, Log]),
    provide(Dispatcher, [JobQueue, Lanes, Starter, Runs, QueueSettings, WorkerSettings, Log]),
  ],
  exports: [
    Dispatcher,
    Heartbeat,
    SlotPlan,
    Lanes,
    LeaseKeeper,
    Runs,
    ProvidersModule,
    RunModule,
    PausesModule,
    ResourcesModule,
  ],
})
export class DispatchModule {}
