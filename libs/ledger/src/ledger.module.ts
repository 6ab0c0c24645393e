import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MessageSettings } from '#config';
import { Database, DatabaseModule, migrate, openDataSource } from '#database';
import { provide } from '#runtime';
import { BacklogReader } from './backlog.js';
import { CallOutcomes } from './call-outcomes.js';
import { CallbackOutbox } from './callback-outbox.js';
import { DeadLetterAudits } from './dead-letter-audits.js';
import { DeadLetterHooks } from './dead-letter-hooks.js';
import { DeadLetters } from './dead-letters.js';
import { EarlierMessages } from './earlier-messages.js';
import { Facts } from './facts.js';
import { Leases } from './leases.js';
import { MessageBatches } from './message-batches.js';
import { MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { MinuteStats } from './minute-stats.js';
import { MessageTransitions } from './message-transitions.js';
import { ProviderCalls } from './provider-calls.js';
import { Redrives } from './redrives.js';
import { ScheduleLedger } from './schedule-ledger.js';
import { LEDGER_SCHEMA } from './schema.js';
import { TaskReader } from './task-reader.js';
import { Upkeep } from './upkeep.js';
import { UsageReader } from './usage-reader.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WorkerProcesses } from './worker-processes.js';

async function openSource(database: Database): Promise<DataSource> {
  const source = await openDataSource(database, LEDGER_SCHEMA);
  await migrate(database, source);
  return source;
}

/** The ledger, migrated and open. */
@Module({
  imports: [DatabaseModule],
  providers: [
    { provide: DataSource, inject: [Database], useFactory: openSource },
    provide(MessageLedger, [Database]),
    provide(ScheduleLedger, [Database]),
    provide(WorkerProcesses, [Database]),
    provide(MessageReader, [DataSource, Database]),
    provide(DeadLetters, [DataSource, Database]),
    provide(DeadLetterAudits, [Database]),
    provide(DeadLetterHooks, [Database]),
    provide(Redrives, [DataSource, Database]),
    provide(Leases, [Database]),
    provide(Facts, [Database]),
    provide(MinuteStats, [Database]),
    provide(MessageTransitions, [Database]),
    provide(ProviderCalls, [Database]),
    provide(MessageBatches, [Database]),
    provide(Upkeep, [Database]),
    provide(UsageReader, [Database]),
    provide(TaskReader, [DataSource, Database, MessageReader]),
    provide(CallOutcomes, [Database]),
    provide(BacklogReader, [Database]),
    provide(CallbackOutbox, [Database]),
    provide(WebhookDeliveries, [DataSource, Database]),
    {
      provide: EarlierMessages,
      inject: [Database, MessageSettings],
      useFactory: (database: Database, { value }: MessageSettings) =>
        new EarlierMessages(database, value.repeat_window),
    },
  ],
  exports: [
    DatabaseModule,
    DataSource,
    MessageLedger,
    ScheduleLedger,
    BacklogReader,
    WorkerProcesses,
    MessageReader,
    DeadLetters,
    DeadLetterAudits,
    DeadLetterHooks,
    Redrives,
    Leases,
    Facts,
    MinuteStats,
    MessageTransitions,
    ProviderCalls,
    MessageBatches,
    Upkeep,
    UsageReader,
    TaskReader,
    CallOutcomes,
    CallbackOutbox,
    WebhookDeliveries,
    EarlierMessages,
  ],
})
export class LedgerModule {}
