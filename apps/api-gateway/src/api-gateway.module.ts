import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpSettings, StreamSettings } from '#config';
import { ControlModule } from '#control';
import { ConversationsModule } from '#conversations';
import { LedgerModule, MessageReader } from '#ledger';
import { Log, Metrics } from '#observability';
import { provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { AcceptModule, Enqueuer, EnqueueModule, QueueView } from '#walk';
import { GatewayControlEvents } from './control-events.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { MessagesController } from './messages.controller.js';
import { OpenStreams } from './open-streams.js';
import { ReplyFeed } from './reply-feed.js';
import { StreamReply } from './stream-reply.js';

/** The gateway role: every door of the system. It knows no provider. */
@Module({
  imports: [AcceptModule, EnqueueModule, ConversationsModule, LedgerModule, StreamingModule, ControlModule],
  controllers: [MessagesController, ConversationsController, GatewayControlEvents],
  providers: [
    provide(OpenStreams, [HttpSettings, Metrics]),
    provide(ReplyFeed, [ReplyStreams, MessageReader, StreamSettings]),
    provide(StreamReply, [ReplyFeed, OpenStreams, StreamSettings, Log]),
  ],
})
export class ApiGatewayModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly view: QueueView,
    private readonly streams: OpenStreams,
    private readonly enqueuer: Enqueuer,
  ) {}

  onApplicationBootstrap(): void {
    this.view.start();
  }

  /** After the workers of this process have drained, so that their readers saw how it ended. */
  async beforeApplicationShutdown(): Promise<void> {
    this.streams.endAll();
    await this.view.stop();
    await this.enqueuer.drain();
  }
}
