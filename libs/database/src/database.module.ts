import { Module } from '@nestjs/common';
import { StorageSettings } from '#config';
import { Health, Log, Metrics } from '#observability';
import { Closers, Starters, Ticker } from '#runtime';
import { Database } from './database.js';
import { EmbeddedUpkeep } from './embedded/upkeep.js';
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

/** Between two looks at what the embedded database needs. */
const UPKEEP_EVERY_MS = 5_000;

/** Postgres keeps itself in order. */
function keepUp({ kind, pool }: Database, log: Log, starters: Starters, closers: Closers): void {
  if (kind === 'postgres') return;
  pool.on('error', (err) => log.error({ err }, 'no embedded database'));
  const upkeep = new EmbeddedUpkeep(pool);
  const ticker = new Ticker(
    UPKEEP_EVERY_MS,
    async () => {
      for (const done of await upkeep.run()) log.debug(done, 'upkeep of the embedded database');
    },
    (err) => log.warn({ err }, 'no upkeep of the embedded database'),
  );
  starters.add(() => ticker.start());
  closers.add('upkeep of the database', () => ticker.stop());
}

@Module({
  providers: [{ provide: Database, inject: [StorageSettings, Health, Closers, Metrics], useFactory: open }],
  exports: [Database],
})
export class DatabaseModule {
  constructor(database: Database, log: Log, starters: Starters, closers: Closers) {
    keepUp(database, log, starters, closers);
  }
}
