import { configFile, loadConfig, StorageSettings } from '#config';
import { migrate, openDatabase, openDataSource, pendingMigrations } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { PostgresBullBackend } from '#queue';
import { type Context } from '../command.js';
import { type EXIT } from '../exit-codes.js';

export async function migrateDatabase({ given, env, terminal }: Context): Promise<keyof typeof EXIT> {
  const config = loadConfig({
    env,
    file: configFile(given.text('config'), env),
    insecure: given.on('insecure'),
  });
  const only = given.on('pending');
  terminal.progress('opening the database …');
  const database = await openDatabase(new StorageSettings(config.storage));
  try {
    const source = await openDataSource(database, LEDGER_SCHEMA);
    const pending = await pendingMigrations(database, LEDGER_SCHEMA);
    if (!only) {
      terminal.progress(`running ${pending.length} migration(s) …`);
      await migrate(database, source);
      if (config.storage.redis_url === undefined) await PostgresBullBackend.migrate(database);
    }
    const verb = only ? 'missing' : 'done   ';
    terminal.answer({ [only ? 'pending' : 'done']: pending }, () =>
      pending.length === 0
        ? 'The database is up to date.'
        : pending.map((name) => `${verb} ${name}`).join('\n'),
    );
    return only && pending.length > 0 ? 'problems' : 'done';
  } finally {
    await database.close();
  }
}
