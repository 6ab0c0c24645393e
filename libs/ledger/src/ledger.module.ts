import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database, DatabaseModule, migrate, openDataSource } from '#database';
import { provide } from '#runtime';
import { Facts } from './facts.js';
import { Leases } from './leases.js';
import { MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { LEDGER_SCHEMA } from './schema.js';

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
    provide(MessageReader, [DataSource, Database]),
    provide(Leases, [Database]),
    provide(Facts, [Database]),
  ],
  exports: [DatabaseModule, DataSource, MessageLedger, MessageReader, Leases, Facts],
})
export class LedgerModule {}
