import { Module } from '@nestjs/common';
import { MessageSettings, QueueSettings, StreamSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { ConversationsModule, Prompts } from '#conversations';
import { Database } from '#database';
import { LedgerModule, MessageLedger, MessageReader } from '#ledger';
import { Log, Metrics } from '#observability';
import { ActiveProvider, ProvidersModule } from '#providers';
import { JobQueue, QueueModule } from '#queue';
import { Clock, provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { Admission } from './admission.js';
import { CancelMessage } from './cancel-message.js';
import { ClaimMessage } from './claim-message.js';
import { EndAttempt } from './end-attempt.js';
import { Enqueuer } from './enqueuer.js';
import { Finish } from './finish.js';
import { Generate } from './generate.js';
import { OpenAttempt } from './open-attempt.js';
import { QueueView } from './queue-view.js';
import { RetryPolicy } from './retry-policy.js';
import { RunningMessages } from './running-messages.js';
import { AcceptMessage, RunMessage } from './walk.js';
import { Withdraw } from './withdraw.js';

/** Brings messages into the schedule; gateway, worker and scheduler of one process share it. */
@Module({
  imports: [LedgerModule, QueueModule],
  providers: [provide(Enqueuer, [MessageLedger, JobQueue, QueueSettings, Metrics, Log])],
  exports: [Enqueuer],
})
export class EnqueueModule {}

/** The gateway's half of the walk. */
@Module({
  imports: [EnqueueModule, LedgerModule, QueueModule, StreamingModule, ControlModule],
  providers: [
    provide(Admission, [MessageSettings]),
    provide(QueueView, [JobQueue, QueueSettings, Metrics, Clock]),
    provide(AcceptMessage, [Admission, QueueView, MessageLedger, Enqueuer]),
    provide(Withdraw, [ReplyStreams, JobQueue, Enqueuer, Metrics, Log]),
    provide(CancelMessage, [Database, MessageLedger, MessageReader, ControlBus, Withdraw]),
  ],
  exports: [AcceptMessage, CancelMessage, QueueView],
})
export class AcceptModule {}

/** The worker's half of the walk. */
@Module({
  imports: [EnqueueModule, LedgerModule, StreamingModule, ConversationsModule, ProvidersModule],
  providers: [
    provide(RunningMessages, []),
    {
      provide: RetryPolicy,
      inject: [MessageSettings],
      useFactory: (s: MessageSettings) => new RetryPolicy(s),
    },
    provide(ClaimMessage, [MessageLedger, RunningMessages, ActiveProvider, QueueSettings, Log]),
    provide(Generate, [ActiveProvider, MessageSettings, Metrics]),
    provide(Finish, [MessageLedger, Enqueuer, Metrics, Log]),
    provide(EndAttempt, [MessageLedger, Finish, RetryPolicy, Metrics, Log]),
    provide(OpenAttempt, [ReplyStreams, RunningMessages, ActiveProvider, StreamSettings, Metrics, Log]),
    provide(RunMessage, [ClaimMessage, OpenAttempt, Prompts, Generate, EndAttempt]),
  ],
  exports: [RunMessage, RunningMessages],
})
export class RunModule {}
