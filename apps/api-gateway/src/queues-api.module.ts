import { Module } from '@nestjs/common';
import { ProviderSettings, QueueSettings } from '#config';
import { LedgerModule, MinuteStats } from '#ledger';
import { Clock, provide } from '#runtime';
import { AcceptModule, Pauses, QueueView } from '#walk';
import { QueueOverview } from './queue-overview.js';
import { QueuesController } from './queues.controller.js';

/** The doors to the queues as a whole. */
@Module({
  imports: [AcceptModule, LedgerModule],
  controllers: [QueuesController],
  providers: [
    provide(QueueOverview, [QueueView, Pauses, MinuteStats, QueueSettings, ProviderSettings, Clock]),
  ],
})
export class QueuesApiModule {}
