import { Module } from '@nestjs/common';
import {
  ChatSettings,
  ConversationSettings,
  MessageSettings,
  SchedulerSettings,
  WebhookSettings,
} from '#config';
import { CallbackOutbox, LedgerModule, MessageTransitions, ScheduleLedger, Upkeep } from '#ledger';
import { Log, Metrics } from '#observability';
import { Clock, provide } from '#runtime';
import { Aftermath, AftermathModule, Enqueuer, EnqueueModule } from '#walk';
import { DueMessages } from './due-messages.js';
import { ExpireMessages } from './expire-messages.js';
import { ForgetDeliveries } from './forget-deliveries.js';
import { IdleConversations } from './idle-conversations.js';
import { Retention } from './retention.js';
import { UnusedSessions } from './unused-sessions.js';

/** What time does with messages and conversations. */
@Module({
  imports: [LedgerModule, EnqueueModule, AftermathModule],
  providers: [
    provide(DueMessages, [ScheduleLedger, Enqueuer, SchedulerSettings, Metrics]),
    provide(ExpireMessages, [MessageTransitions, Aftermath, SchedulerSettings, Metrics, Log]),
    provide(IdleConversations, [Upkeep, ConversationSettings, SchedulerSettings, Metrics, Log, Clock]),
    provide(UnusedSessions, [Upkeep, ChatSettings, SchedulerSettings, Log, Clock]),
    provide(Retention, [Upkeep, MessageSettings, SchedulerSettings, Metrics, Log, Clock]),
    provide(ForgetDeliveries, [CallbackOutbox, WebhookSettings, SchedulerSettings, Log, Clock]),
  ],
  exports: [DueMessages, ExpireMessages, IdleConversations, UnusedSessions, Retention, ForgetDeliveries],
})
export class LifeDutiesModule {}
