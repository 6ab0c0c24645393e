import { onTestFinished, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database, migrate, openDataSource, type Statement } from '#database';
import { postgres } from '../both-databases.conformance.js';
import { LEDGER_SCHEMA } from '../schema.js';
import { CLAIM_MESSAGES } from './claim-messages.js';
import { FINISH_MESSAGES } from './finish-messages.js';
import { RETRY_MESSAGES } from './retry-messages.js';
import { RENEW_LEASES } from './small-statements.js';

const TYPES = new Map<Statement, string>([
  [CLAIM_MESSAGES, 'jsonb, text, int'],
  [FINISH_MESSAGES, 'jsonb'],
  [RETRY_MESSAGES, 'jsonb'],
  [RENEW_LEASES, 'text[], int[], int, int[]'],
]);

/** What is found for a conversation that somebody blocks has other aliases. */
const SECOND_BEST = /Seq Scan on (messages m|provider_calls c)|Index.* messages_(?!pkey)/;

async function setup(): Promise<Database> {
  const database = await postgres();
  onTestFinished(() => database.close());
  await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
  return database;
}

/** How the statements are run by a connection that has prepared them, whatever their parameters. */
async function plansOf(database: Database): Promise<Map<string, string>> {
  const client = await database.pool.connect();
  await client.query(`SET plan_cache_mode = force_generic_plan`);
  const plans = new Map<string, string>();
  for (const [{ name, text }, types] of TYPES) {
    await client.query(`PREPARE "${name}" (${types}) AS ${text}`);
    const nulls = types.replaceAll(/[a-z[\]]+/g, 'NULL');
    const { rows } = await client.query(`EXPLAIN EXECUTE "${name}" (${nulls})`);
    plans.set(name, rows.map((row) => Object.values(row)[0]).join('\n'));
    await client.query(`DEALLOCATE "${name}"`);
  }
  client.release();
  return plans;
}

function insert(database: Database, count: number, status: string) {
  const text = `
    WITH m AS (
      INSERT INTO messages (id, tenant_id, user_id, content, priority, status, max_retries, timeout_ms, request_id, lane)
      SELECT $1 || n, 't', 'u', repeat('x', 100), 3, $3, 3, 1000, 'r', 'simulator' FROM generate_series(1, $2::int) n
      RETURNING id)
    INSERT INTO provider_calls (id, tenant_id, message_id, attempt, provider, model)
    SELECT id, 't', id, 1, 'simulator', 'm' FROM m`;
  return database.query({ name: 'fill', text }, [newId('msg'), count, status]);
}

test('messages and their calls are found by their keys, whatever the planner knows of the tables', async () => {
  const database = await setup();
  const expectKeys = async (when: string) => {
    for (const [name, plan] of await plansOf(database))
      expect(SECOND_BEST.exec(plan)?.[0], `${name} ${when}:\n${plan}`).toBeUndefined();
  };
  await expectKeys('on new tables');
  await insert(database, 60, 'completed');
  await database.pool.query('VACUUM ANALYZE messages, provider_calls');
  await expectKeys('on small tables');
  for (const status of ['queued', 'processing', 'completed']) await insert(database, 2_000, status);
  await database.pool.query('ANALYZE messages, provider_calls');
  await expectKeys('while many messages are open');
});
