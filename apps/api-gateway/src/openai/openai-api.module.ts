import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { CompletionSettings, StreamSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { LedgerModule, MessageReader } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { AcceptMessage, AcceptModule, CancelMessage } from '#walk';
import { OpenStreams } from '../open-streams.js';
import { ReplyFeed } from '../reply-feed.js';
import { StreamsApiModule } from '../streams-api.module.js';
import { WaitingComment } from '../waiting-comment.js';
import { AcceptChat } from './accept-chat.js';
import { Attendance } from './attendance.js';
import { AttendanceEvents } from './attendance-events.controller.js';
import { CompleteChat } from './complete-chat.js';
import { CompletionsController } from './completions.controller.js';
import { ModelList } from './model-list.js';
import { ModelsController } from './models.controller.js';
import { StreamChat } from './stream-chat.js';

/** The door for OpenAI's clients. */
@Module({
  imports: [AcceptModule, LedgerModule, StreamsApiModule, CatalogModule, ControlModule],
  controllers: [CompletionsController, ModelsController, AttendanceEvents],
  providers: [
    provide(ModelList, [Catalogs]),
    provide(Attendance, [CancelMessage, ControlBus, Log]),
    provide(AcceptChat, [AcceptMessage, Attendance, CompletionSettings]),
    provide(CompleteChat, [AcceptChat, ReplyFeed, MessageReader, OpenStreams]),
    provide(StreamChat, [
      AcceptChat,
      ReplyFeed,
      MessageReader,
      OpenStreams,
      WaitingComment,
      StreamSettings,
      Log,
    ]),
  ],
})
export class OpenAiApiModule implements OnApplicationShutdown {
  constructor(private readonly attendance: Attendance) {}

  onApplicationShutdown(): void {
    this.attendance.close();
  }
}
