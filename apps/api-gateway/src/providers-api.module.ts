import { Module, type OnModuleInit } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { StorageSettings } from '#config';
import { Endpoints, EndpointsModule } from '#endpoints';
import { CallOutcomes, LedgerModule, MessageReader, MinuteStats, UsageReader } from '#ledger';
import { Health, Metrics } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, provide } from '#runtime';
import { AcceptMessage, AcceptModule, QueueView } from '#walk';
import { MachineGauge } from './machine-gauge.js';
import { MetricsController } from './metrics.controller.js';
import { ProviderBoard } from './provider-board.js';
import { ProvidersController } from './providers.controller.js';
import { ReadinessFacts } from './readiness-facts.js';
import { ReplyFeed } from './reply-feed.js';
import { StatsDesk } from './stats-desk.js';
import { StatsController } from './stats.controller.js';
import { StreamsApiModule } from './streams-api.module.js';
import { TryProvider } from './try-provider.js';

/** The doors to the providers, and to what they and the gateway have done. */
@Module({
  imports: [CatalogModule, EndpointsModule, LedgerModule, StreamsApiModule, AcceptModule, RedisModule],
  controllers: [ProvidersController, MetricsController, StatsController],
  providers: [
    provide(ProviderBoard, [Catalogs, Endpoints, QueueView, UsageReader, CallOutcomes, Clock]),
    provide(StatsDesk, [MinuteStats, Clock]),
    provide(MachineGauge, [Metrics, StorageSettings, SharedRedis]),
    provide(ReadinessFacts, [Catalogs, QueueView, MinuteStats]),
    provide(TryProvider, [AcceptMessage, ReplyFeed, MessageReader]),
  ],
})
export class ProvidersApiModule implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly facts: ReadinessFacts,
  ) {}

  onModuleInit(): void {
    this.health.tell(() => this.facts.read());
  }
}
