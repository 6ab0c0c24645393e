import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StorageSettings } from '#config';
import { Database, migrate, openDatabase, openDataSource } from '#database';
import { Health } from '#observability';
import { Closers, provide } from '#runtime';
import { Facts } from './facts.js';
import { Leases } from './leases.js';
import { MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { LEDGER_SCHEMA } from './schema.js';

async function openLedgerDatabase(
  settings: StorageSettings,
  health: Health,
  closers: Closers,
): Promise<Database> {
  const database = await openDatabase(settings);
  closers.add('database', () => database.close());
  health.register({ name: 'database', whenFailing: 'unhealthy', check: () => database.ping() });
  return database;
}

async function openSource(database: Database): Promise<DataSource> {
  const source = await openDataSource(database, LEDGER_SCHEMA);
  await migrate(database, source);
  return source;
}

/** The ledger, migrated and open. */
@Module({
  providers: [
    { provide: Database, inject: [StorageSettings, Health, Closers], useFactory: openLedgerDatabase },
    { provide: DataSource, inject: [Database], useFactory: openSource },
    provide(MessageLedger, [Database]),
    provide(MessageReader, [DataSource, Database]),
    provide(Leases, [Database]),
    provide(Facts, [Database]),
  ],
  exports: [Database, DataSource, MessageLedger, MessageReader, Leases, Facts],
})
export class LedgerModule {}
