import { Module } from '@nestjs/common';
import { StorageSettings } from '#config';
import { Health, Metrics } from '#observability';
import { Closers } from '#runtime';
import { Database } from './database.js';
import { openDatabase } from './open-database.js';

async function open(
  settings: StorageSettings,
  health: Health,
  closers: Closers,
  metrics: Metrics,
): Promise<Database> {
  const database = await openDatabase(settings);
  closers.add('database', () => database.close());
  health.register({ name: 'database', whenFailing: 'unhealthy', check: () => database.ping() });
  metrics.beforeEachLook(() => {
    for (const [state, count] of Object.entries(database.connections ?? {}))
      metrics.databaseConnections.set({ state }, count);
  });
  return database;
}

@Module({
  providers: [{ provide: Database, inject: [StorageSettings, Health, Closers, Metrics], useFactory: open }],
  exports: [Database],
})
export class DatabaseModule {}
