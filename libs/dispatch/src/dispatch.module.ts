import { Module } from '@nestjs/common';
import { QueueSettings, WorkerSettings } from '#config';
import { LedgerModule, MessageLedger } from '#ledger';
import { LimitsModule, Slots } from '#limits';
import { Log, Metrics } from '#observability';
import { ActiveProvider, ProvidersModule } from '#providers';
import { JobQueue, QueueModule } from '#queue';
import { provide } from '#runtime';
import { RunMessage, RunModule, RunningMessages } from '#walk';
import { Dispatcher } from './dispatcher.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Runs } from './runs.js';
import { UpstreamSlots } from './upstream-slots.js';

@Module({
  imports: [QueueModule, LimitsModule, LedgerModule, RunModule, ProvidersModule],
  providers: [
    provide(UpstreamSlots, [Slots, ActiveProvider]),
    provide(LeaseKeeper, [JobQueue, UpstreamSlots, MessageLedger, RunningMessages, QueueSettings, Log]),
    provide(Runs, [RunMessage, JobQueue, LeaseKeeper, UpstreamSlots, Metrics, Log]),
    provide(Dispatcher, [JobQueue, UpstreamSlots, Runs, QueueSettings, WorkerSettings, Log]),
  ],
  exports: [Dispatcher, LeaseKeeper, Runs, ProvidersModule, RunModule],
})
export class DispatchModule {}
