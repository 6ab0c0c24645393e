import { Module } from '@nestjs/common';
import { Upstreams } from '#balancing';
import { CacheModule, ResultCache } from '#cache';
import { CatalogModule, Catalogs } from '#catalog';
import {
  CacheSettings,
  ConversationSettings,
  MessageSettings,
  QueueSettings,
  StreamSettings,
  TenantSettings,
} from '#config';
import { ControlBus, ControlModule } from '#control';
import { Conversations, ConversationsModule, Prompts } from '#conversations';
import { Database } from '#database';
import { UpstreamsModule } from '#endpoints';
import {
  EarlierMessages,
  LedgerModule,
  MessageBatches,
  MessageLedger,
  MessageReader,
  MessageTransitions,
  PastCalls,
  ProviderCalls,
  ScheduleLedger,
} from '#ledger';
import { Concurrency, LimitsModule, Rates } from '#limits';
import { Log, Metrics, Tracing } from '#observability';
import { Preprocess, PreprocessingModule } from '#preprocessing';
import { Providers, ProvidersModule } from '#providers';
import { JobQueue, QueueModule } from '#queue';
import { Clock, provide, ThisProcess } from '#runtime';
import { NewsLine, ReplyStreams, StreamingModule } from '#streaming';
import { AcceptBatch } from './accept-batch.js';
import { Admission } from './admission.js';
import { Aftermath } from './aftermath.js';
import { AfterCommit } from './after-commit.js';
import { Announce } from './announce.js';
import { CallProvider } from './call-provider.js';
import { CallCosts } from './call-costs.js';
import { CancelMessage } from './cancel-message.js';
import { ChangePriority } from './change-priority.js';
import { ClaimMessage } from './claim-message.js';
import { CommitMessage } from './commit-message.js';
import { Divert } from './divert.js';
import { EndAttempt } from './end-attempt.js';
import { Enqueuer } from './enqueuer.js';
import { FairShare, Weights } from './fair-share.js';
import { FindRoute } from './find-route.js';
import { Finish } from './finish.js';
import { Generate } from './generate.js';
import { Idempotency } from './idempotency.js';
import { KeyRates } from './key-rates.js';
import { OpenAttempt } from './open-attempt.js';
import { OutsideEnding } from './outside/outside-ending.js';
import { OutsideLeases } from './outside/outside-leases.js';
import { ReportMessageStatus } from './outside/report-status.js';
import { Pauses } from './pauses.js';
import { PausesModule } from './pauses.module.js';
import { QueuePlaces } from './queue-places.js';
import { QueueView } from './queue-view.js';
import { Recall } from './recall.js';
import { RecallRates } from './recall-rates.js';
import { Reschedule } from './reschedule.js';
import { RetryPolicy } from './retry-policy.js';
import { RunningMessages } from './running-messages.js';
import { Spending } from './spending.js';
import { AskForResult } from './tasks/ask-for-result.js';
import { Tasks } from './tasks/tasks.js';
import { AcceptMessage, RunMessage } from './walk.js';
import { WayLimits } from './way-limits.js';

/** Brings messages into the schedule; gateway, worker and scheduler of one process share it. */
@Module({
  imports: [LedgerModule, QueueModule],
  providers: [
    provide(Weights, [TenantSettings]),
    provide(FairShare, [JobQueue, Weights]),
    provide(Enqueuer, [ScheduleLedger, JobQueue, FairShare, QueueSettings, Metrics, Log]),
  ],
  exports: [Enqueuer, FairShare],
})
export class EnqueueModule {}

/** What those are told who listen to messages. */
@Module({
  imports: [StreamingModule],
  providers: [provide(Announce, [NewsLine])],
  exports: [Announce],
})
export class AnnounceModule {}

/** What follows when a message ends, or waits elsewhere, without a worker of ours. */
@Module({
  imports: [EnqueueModule, LedgerModule, QueueModule, StreamingModule, ControlModule, AnnounceModule],
  providers: [
    provide(Aftermath, [ReplyStreams, JobQueue, Enqueuer, ControlBus, Announce, Metrics, Log]),
    provide(Reschedule, [ScheduleLedger, JobQueue, Enqueuer, Log]),
  ],
  exports: [Aftermath, Reschedule],
})
export class AftermathModule {}

/** What messages are to a model; gateway and worker of one process share what it has prepared. */
@Module({
  imports: [CatalogModule],
  providers: [provide(Tasks, [Catalogs, MessageSettings])],
  exports: [Tasks],
})
export class TasksModule {}

/** The gateway's half of the walk. */
@Module({
  imports: [
    CatalogModule,
    TasksModule,
    EnqueueModule,
    AftermathModule,
    LedgerModule,
    QueueModule,
    ControlModule,
    PausesModule,
    PreprocessingModule,
    AnnounceModule,
    ConversationsModule,
  ],
  providers: [
    provide(FindRoute, [Catalogs, QueueView, QueueSettings]),
    provide(Spending, [Catalogs, TenantSettings]),
    provide(Admission, [
      MessageSettings,
      QueueSettings,
      FindRoute,
      Tasks,
      ConversationSettings,
      Spending,
      Metrics,
    ]),
    provide(QueueView, [JobQueue, Enqueuer, Pauses, QueueSettings, Metrics, Clock]),
    provide(QueuePlaces, [JobQueue, ScheduleLedger, QueueView]),
    provide(Idempotency, [Database, EarlierMessages, MessageReader, Metrics]),
    provide(CommitMessage, [MessageLedger, Admission, Conversations, Announce, ConversationSettings]),
    provide(AfterCommit, [Admission, QueueView, Enqueuer, Announce]),
    provide(AcceptMessage, [
      Idempotency,
      Preprocess,
      Admission,
      QueueView,
      QueuePlaces,
      CommitMessage,
      AfterCommit,
    ]),
    provide(AcceptBatch, [AcceptMessage, MessageBatches, Admission, AfterCommit, Log]),
    provide(CancelMessage, [Database, MessageLedger, MessageReader, ControlBus, Aftermath]),
    provide(ChangePriority, [
      Database,
      MessageTransitions,
      MessageReader,
      QueueView,
      TenantSettings,
      Reschedule,
    ]),
    provide(OutsideLeases, [MessageTransitions, Reschedule, Announce, QueueSettings]),
    provide(OutsideEnding, [MessageLedger, Aftermath, MessageSettings, Log]),
    provide(ReportMessageStatus, [Database, MessageReader, OutsideLeases, OutsideEnding]),
  ],
  exports: [
    AcceptMessage,
    AcceptBatch,
    CancelMessage,
    ChangePriority,
    ReportMessageStatus,
    QueueView,
    QueuePlaces,
    PausesModule,
    AnnounceModule,
  ],
})
export class AcceptModule {}

/** The worker's half of the walk. */
@Module({
  imports: [
    CatalogModule,
    TasksModule,
    EnqueueModule,
    LedgerModule,
    StreamingModule,
    ConversationsModule,
    ProvidersModule,
    UpstreamsModule,
    LimitsModule,
    ControlModule,
    CacheModule,
    AnnounceModule,
  ],
  providers: [
    provide(RunningMessages, [Metrics]),
    {
      provide: RetryPolicy,
      inject: [MessageSettings],
      useFactory: (s: MessageSettings) => new RetryPolicy(s),
    },
    provide(ClaimMessage, [
      MessageLedger,
      RunningMessages,
      Providers,
      ThisProcess,
      QueueSettings,
      Tracing,
      Log,
    ]),
    provide(KeyRates, [Rates]),
    provide(PastCalls, [Database]),
    provide(RecallRates, [Catalogs, PastCalls, Rates, Log]),
    provide(WayLimits, [Concurrency]),
    provide(CallProvider, [Upstreams, KeyRates, WayLimits]),
    provide(Generate, [Providers, CallProvider, MessageSettings, Metrics]),
    provide(Recall, [ResultCache, Generate, CacheSettings]),
    provide(Finish, [MessageLedger, Enqueuer, FairShare, ControlBus, Announce, Metrics, Log]),
    provide(Divert, [MessageLedger, ScheduleLedger, Enqueuer, Metrics, Log]),
    provide(CallCosts, [Catalogs, Metrics]),
    provide(EndAttempt, [MessageLedger, Finish, RetryPolicy, Divert, CallCosts, Metrics, Log]),
    provide(OpenAttempt, [ReplyStreams, RunningMessages, Providers, Announce, StreamSettings, Metrics, Log]),
    provide(AskForResult, [Recall, Tasks, ProviderCalls, CallCosts, Metrics, Log]),
    provide(RunMessage, [ClaimMessage, OpenAttempt, Tasks, Prompts, AskForResult, EndAttempt, Announce]),
  ],
  exports: [RunMessage, RunningMessages, RecallRates],
})
export class RunModule {}
