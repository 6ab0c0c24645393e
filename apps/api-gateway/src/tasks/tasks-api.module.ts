import { Module, type OnModuleInit } from '@nestjs/common';
import { StreamSettings } from '#config';
import { LedgerModule, MessageReader } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { StreamingModule, TaskEvents } from '#streaming';
import { AcceptBatch, AcceptMessage, AcceptModule } from '#walk';
import { CallbackGuard, CallbackGuardModule } from '#webhooks';
import { ChatApiModule } from '../chat/chat-api.module.js';
import { SocketTasks } from '../chat/socket-tasks.js';
import { OpenStreams } from '../open-streams.js';
import { ReplyFeed } from '../reply-feed.js';
import { StreamsApiModule } from '../streams-api.module.js';
import { DeliveriesController } from '../webhooks/deliveries.controller.js';
import { AcceptTask } from './accept-task.js';
import { ProcessController } from './process.controller.js';
import { ProcessStream } from './process-stream.js';
import { ProcessSync } from './process-sync.js';
import { TasksController } from './tasks.controller.js';
import { TasksOverSockets } from './tasks-over-sockets.js';

/** The doors to tasks and to the deliveries of their callbacks. */
@Module({
  imports: [
    AcceptModule,
    LedgerModule,
    StreamingModule,
    StreamsApiModule,
    ChatApiModule,
    CallbackGuardModule,
  ],
  controllers: [TasksController, ProcessController, DeliveriesController],
  providers: [
    provide(TasksOverSockets, [TaskEvents]),
    provide(AcceptTask, [AcceptMessage, AcceptBatch, CallbackGuard]),
    provide(ProcessSync, [AcceptTask, ReplyFeed, MessageReader, OpenStreams]),
    provide(ProcessStream, [AcceptTask, ReplyFeed, OpenStreams, StreamSettings, Log]),
  ],
})
export class TasksApiModule implements OnModuleInit {
  constructor(
    private readonly sockets: SocketTasks,
    private readonly tasks: TasksOverSockets,
  ) {}

  onModuleInit(): void {
    this.sockets.plugIn(this.tasks);
  }
}
