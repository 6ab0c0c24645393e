import { Module } from '@nestjs/common';
import { StreamSettings } from '#config';
import { LedgerModule, MessageReader } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { AcceptBatch, AcceptMessage, AcceptModule } from '#walk';
import { CallbackGuard, CallbackGuardModule, CallbackSecrets } from '#webhooks';
import { OpenStreams } from '../open-streams.js';
import { ReplyFeed } from '../reply-feed.js';
import { StreamsApiModule } from '../streams-api.module.js';
import { DeliveriesController } from '../webhooks/deliveries.controller.js';
import { AcceptTask } from './accept-task.js';
import { ProcessController } from './process.controller.js';
import { ProcessStream } from './process-stream.js';
import { ProcessSync } from './process-sync.js';
import { TasksController } from './tasks.controller.js';

/** The doors to tasks and to the deliveries of their callbacks. */
@Module({
  imports: [AcceptModule, LedgerModule, StreamsApiModule, CallbackGuardModule],
  controllers: [TasksController, ProcessController, DeliveriesController],
  providers: [
    provide(AcceptTask, [AcceptMessage, AcceptBatch, CallbackGuard, CallbackSecrets]),
    provide(ProcessSync, [AcceptTask, ReplyFeed, MessageReader, OpenStreams]),
    provide(ProcessStream, [AcceptTask, ReplyFeed, OpenStreams, StreamSettings, Log]),
  ],
})
export class TasksApiModule {}
