import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpSettings, StreamSettings } from '#config';
import { ControlModule } from '#control';
import { ConversationsModule } from '#conversations';
import { LedgerModule, MessageReader } from '#ledger';
import { Log, Metrics } from '#observability';
import { PreprocessingModule } from '#preprocessing';
import { provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { AcceptModule, DeadLettersModule, Enqueuer, EnqueueModule, QueuePlaces, QueueView } from '#walk';
import { GatewayControlEvents } from './control-events.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { DeadLettersApiModule } from './dead-letters-api.module.js';
import { EndpointsApiModule } from './endpoints-api.module.js';
import { MessageChangesController } from './message-changes.controller.js';
import { MessagesController } from './messages.controller.js';
import { OpenStreams } from './open-streams.js';
import { PreprocessingEvents } from './preprocessing-events.controller.js';
import { PreprocessorController } from './preprocessor.controller.js';
import { QueuesApiModule } from './queues-api.module.js';
import { ReplyFeed } from './reply-feed.js';
import { ResourcesApiModule } from './resources-api.module.js';
import { SchedulerApiModule } from './scheduler-api.module.js';
import { StreamReply } from './stream-reply.js';
import { WaitingComment } from './waiting-comment.js';

/** The gateway role: every door of the system. It knows no provider. */
@Module({
  imports: [
    AcceptModule,
    EnqueueModule,
    ConversationsModule,
    PreprocessingModule,
    LedgerModule,
    StreamingModule,
    ControlModule,
    DeadLettersModule,
    DeadLettersApiModule,
    ResourcesApiModule,
    EndpointsApiModule,
    QueuesApiModule,
    SchedulerApiModule,
  ],
  controllers: [
    MessagesController,
    MessageChangesController,
    ConversationsController,
    PreprocessorController,
    GatewayControlEvents,
    PreprocessingEvents,
  ],
  providers: [
    provide(OpenStreams, [HttpSettings, Metrics]),
    provide(ReplyFeed, [ReplyStreams, MessageReader, StreamSettings]),
    provide(WaitingComment, [QueuePlaces]),
    provide(StreamReply, [ReplyFeed, OpenStreams, WaitingComment, StreamSettings, Log]),
  ],
})
export class ApiGatewayModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly view: QueueView,
    private readonly streams: OpenStreams,
    private readonly enqueuer: Enqueuer,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.view.start();
  }

  /** After the workers of this process have drained, so that their readers saw how it ended. */
  async beforeApplicationShutdown(): Promise<void> {
    this.streams.endAll();
    await this.view.stop();
    await this.enqueuer.drain();
  }
}
