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

class DispatchSettings {
  constructor(
    readonly queue: QueueSettings,
    readonly workers: WorkerSettings,
  ) {}
}

@Module({
  imports: [QueueModule, LimitsModule, LedgerModule, RunModule, ProvidersModule],
  providers: [
    provide(DispatchSettings, [QueueSettings, WorkerSettings]),
    provide(LeaseKeeper, [JobQueue, Slots, MessageLedger, RunningMessages, QueueSettings, Log]),
    provide(Dispatcher, [
      JobQueue,
      Slots,
      RunMessage,
      LeaseKeeper,
      RunningMessages,
      ActiveProvider,
      DispatchSettings,
      Metrics,
      Log,
    ]),
  ],
  exports: [Dispatcher, RunModule, ProvidersModule],
})
export class DispatchModule {}
