import { type Database } from './database.js';
import { type Schema } from './typeorm.js';

/** TypeORM's own table. */
const TABLE_THERE = { name: 'migrations-there', text: `SELECT to_regclass('public.migrations') AS there` };
const DONE = { name: 'migrations-done', text: 'SELECT name FROM public.migrations' };

/** The steps that a database lacks, oldest first; it reads only. */
export async function pendingMigrations(
  database: Pick<Database, 'query'>,
  schema: Schema,
): Promise<string[]> {
  const all = schema.migrations.map(({ name }) => name);
  const [table] = await database.query<{ there: string | null }>(TABLE_THERE);
  if (table?.there == null) return all;
  const done = new Set((await database.query<{ name: string }>(DONE)).map(({ name }) => name));
  return all.filter((name) => !done.has(name));
}
