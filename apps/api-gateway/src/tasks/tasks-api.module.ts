import { Module } from '@nestjs/common';
import { StreamSettings } from '#config';
import { LedgerModule, MessageReader } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { AcceptBatch, AcceptMessage, AcceptModule } from '#walk';
import { CallbackGuard, CallbackGuardModule } from '#webhooks';
import { OpenStreams } from '../open-streams.js';
import { OpenStreamsModule } from '../open-streams.module.js';
import { ReplyFeed } from '../reply-feed.js';
import { DeliveriesController } from '../webhooks/deliveries.controller.js';
import { AcceptTask } from './accept-task.js';
import { ProcessController } from './process.controller.js';
import { ProcessStream } from './process-stream.js';
import { ProcessSync } from './process-sync.js';
import { TasksController } from './tasks.controller.js';

/** The doors to tasks and to the deliveries of their callbacks. */
@Module({
  imports: [AcceptModule, LedgerModule, StreamingModule, OpenStreamsModule, CallbackGuardModule],
  controllers: [TasksController, ProcessController, DeliveriesController],
  providers: [
    provide(ReplyFeed, [ReplyStreams, MessageReader, StreamSettings]),
    provide(AcceptTask, [AcceptMessage, AcceptBatch, CallbackGuard]),
    provide(ProcessSync, [AcceptTask, ReplyFeed, MessageReader, OpenStreams]),
    provide(ProcessStream, [AcceptTask, ReplyFeed, OpenStreams, StreamSettings, Log]),
  ],
})
export class TasksApiModule {}
