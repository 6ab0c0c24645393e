import {
  type BeforeApplicationShutdown,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { ControlModule } from '#control';
import { ConversationsModule } from '#conversations';
import { LedgerModule } from '#ledger';
import { LimitsModule, LiveProcesses } from '#limits';
import { PreprocessingModule } from '#preprocessing';
import { AcceptModule, AnnounceModule, DeadLettersModule, Enqueuer, EnqueueModule, QueueView } from '#walk';
import { CentrifugeApiModule } from './centrifuge-api.module.js';
import { ChatApiModule } from './chat/chat-api.module.js';
import { GatewayControlEvents } from './control-events.controller.js';
import { ConfigApiModule } from './config-api.module.js';
import { ConversationsController } from './conversations.controller.js';
import { DeadLettersApiModule } from './dead-letters-api.module.js';
import { Door } from './door/door.js';
import { DoorModule } from './door/door.module.js';
import { EndpointsApiModule } from './endpoints-api.module.js';
import { MessageChangesController } from './message-changes.controller.js';
import { MessagesController } from './messages.controller.js';
import { OpenStreams } from './open-streams.js';
import { OpenAiApiModule } from './openai/openai-api.module.js';
import { PreprocessingEvents } from './preprocessing-events.controller.js';
import { PreprocessorController } from './preprocessor.controller.js';
import { ProvidersApiModule } from './providers-api.module.js';
import { QueuesApiModule } from './queues-api.module.js';
import { ResourcesApiModule } from './resources-api.module.js';
import { SchedulerApiModule } from './scheduler-api.module.js';
import { SiteModule } from './site/site.module.js';
import { StreamsApiModule } from './streams-api.module.js';
import { TasksApiModule } from './tasks/tasks-api.module.js';
import { UsageApiModule } from './usage-api.module.js';

/** The gateway role: every door of the system. It knows no provider. */
@Module({
  imports: [
    AcceptModule,
    AnnounceModule,
    EnqueueModule,
    ConversationsModule,
    PreprocessingModule,
    LedgerModule,
    LimitsModule,
    DoorModule,
    StreamsApiModule,
    ControlModule,
    DeadLettersModule,
    ConfigApiModule,
    DeadLettersApiModule,
    ResourcesApiModule,
    EndpointsApiModule,
    ProvidersApiModule,
    QueuesApiModule,
    SchedulerApiModule,
    UsageApiModule,
    ChatApiModule,
    CentrifugeApiModule,
    TasksApiModule,
    OpenAiApiModule,
    SiteModule,
  ],
  controllers: [
    MessagesController,
    MessageChangesController,
    ConversationsController,
    PreprocessorController,
    GatewayControlEvents,
    PreprocessingEvents,
  ],
})
export class ApiGatewayModule implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly door: Door,
    private readonly live: LiveProcesses,
    private readonly view: QueueView,
    private readonly streams: OpenStreams,
    private readonly enqueuer: Enqueuer,
  ) {}

  /** Nothing stands before a door that is open to all. */
  onModuleInit(): void {
    if (this.door.isOpen) return;
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onRequest', (request, reply) => this.door.enter(request, reply));
  }

  async onApplicationBootstrap(): Promise<void> {
    // Before the first request, so that it never lets in more than its part.
    await this.live.join('gateway');
    await this.view.start();
  }

  /** After the workers of this process have drained, so that their readers saw how it ended. */
  async beforeApplicationShutdown(): Promise<void> {
    this.streams.endAll();
    await Promise.all([this.view.stop(), this.live.leave('gateway')]);
    await this.enqueuer.drain();
  }
}
