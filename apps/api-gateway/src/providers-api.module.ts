import { Module } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { StreamSettings } from '#config';
import { Endpoints, EndpointsModule } from '#endpoints';
import { LedgerModule, MessageReader, UsageReader } from '#ledger';
import { Clock, provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { AcceptMessage, AcceptModule, QueueView } from '#walk';
import { ProviderBoard } from './provider-board.js';
import { ProvidersController } from './providers.controller.js';
import { ReplyFeed } from './reply-feed.js';
import { TryProvider } from './try-provider.js';

/** The doors to the providers. */
@Module({
  imports: [CatalogModule, EndpointsModule, LedgerModule, StreamingModule, AcceptModule],
  controllers: [ProvidersController],
  providers: [
    provide(ReplyFeed, [ReplyStreams, MessageReader, StreamSettings]),
    provide(ProviderBoard, [Catalogs, Endpoints, QueueView, UsageReader, Clock]),
    provide(TryProvider, [AcceptMessage, ReplyFeed, MessageReader]),
  ],
})
export class ProvidersApiModule {}
