import { Module } from '@nestjs/common';
import { CatalogModule, ProviderLanes } from '#catalog';
import { QueueSettings } from '#config';
import { LedgerModule, MinuteStats } from '#ledger';
import { Clock, provide } from '#runtime';
import { AcceptModule, Pauses, QueueView } from '#walk';
import { QueueOverview } from './queue-overview.js';
import { QueuesController } from './queues.controller.js';

/** The doors to the queues as a whole. */
@Module({
  imports: [AcceptModule, CatalogModule, LedgerModule],
  controllers: [QueuesController],
  providers: [provide(QueueOverview, [QueueView, Pauses, MinuteStats, QueueSettings, ProviderLanes, Clock])],
  exports: [QueueOverview],
})
export class QueuesApiModule {}
