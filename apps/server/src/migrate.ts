import { configFromCommandLine, StorageSettings } from '#config';
import { migrate, openDatabase, openDataSource } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { startOrExit } from '#runtime';

/** Brings the schema of the ledger up to date and ends, for deployments that do so before they start anything new. */
await startOrExit(async () => {
  const { storage } = configFromCommandLine(process.argv.slice(2));
  const database = await openDatabase(new StorageSettings(storage));
  try {
    await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
  } finally {
    await database.close();
  }
  process.stdout.write('The schema of the database is up to date\n');
});
