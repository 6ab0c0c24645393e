import {
  type BeforeApplicationShutdown,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { AuthSettings, ChatSettings, HttpSettings, SocketSettings, StreamSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { ConversationsModule, Sessions, SessionTurns } from '#conversations';
import { LedgerModule, MessageReader } from '#ledger';
import { Log, Tracing } from '#observability';
import { provide } from '#runtime';
import { Sockets, SocketsModule } from '#sockets';
import { NewsLine, StreamingModule } from '#streaming';
import { AcceptMessage, AcceptModule } from '#walk';
import { Callers } from '../callers.js';
import { Door } from '../door/door.js';
import { DoorModule } from '../door/door.module.js';
import { OpenStreams } from '../open-streams.js';
import { ReplyFeed } from '../reply-feed.js';
import { StreamsApiModule } from '../streams-api.module.js';
import { WaitingComment } from '../waiting-comment.js';
import { ChatClerk } from './chat-clerk.js';
import { ChatDoor } from './chat-door.js';
import { LetInToChat } from './let-in-to-chat.js';
import { OpenSession } from './open-session.js';
import { SendReply } from './send-reply.js';
import { SendToSession } from './send-to-session.js';
import { SessionEvents } from './session-events.controller.js';
import { SessionFeed } from './session-feed.js';
import { SessionNews } from './session-news.js';
import { SessionStreamController } from './session-stream.controller.js';
import { SessionsController } from './sessions.controller.js';
import { StreamSession } from './stream-session.js';
import { SocketTasks } from './socket-tasks.js';
import { WebSocketController } from './web-socket.controller.js';

/** The doors for clients that know nothing but text: `/ws`, `/sse/:sessionId`, and the sessions behind them. */
@Module({
  imports: [
    SocketsModule,
    StreamsApiModule,
    DoorModule,
    ConversationsModule,
    AcceptModule,
    ControlModule,
    LedgerModule,
    StreamingModule,
  ],
  controllers: [SessionsController, SessionStreamController, WebSocketController, SessionEvents],
  providers: [
    provide(Callers, [AuthSettings, HttpSettings]),
    provide(SocketTasks, [NewsLine]),
    provide(SendToSession, [Sessions, AcceptMessage, ControlBus]),
    provide(SendReply, [ReplyFeed]),
    provide(ChatClerk, [Door, SendToSession, SendReply, Tracing, Log]),
    provide(LetInToChat, [Callers, Door, Sessions, ChatSettings]),
    provide(ChatDoor, [LetInToChat, ChatClerk, SocketTasks, ChatSettings, SocketSettings]),
    provide(OpenSession, [Sessions, SessionTurns, MessageReader]),
    provide(SessionNews, [SessionTurns, StreamSettings, Log]),
    provide(SessionFeed, [SessionTurns, ReplyFeed]),
    provide(StreamSession, [
      SessionFeed,
      SessionNews,
      OpenStreams,
      WaitingComment,
      ChatSettings,
      StreamSettings,
      Log,
    ]),
  ],
})
export class ChatApiModule implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly sockets: Sockets,
    private readonly door: ChatDoor,
    private readonly news: SessionNews,
  ) {}

  onModuleInit(): void {
    this.sockets.add(this.door);
  }

  onApplicationBootstrap(): void {
    this.news.start();
  }

  /** While the database is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.news.stop();
  }
}
