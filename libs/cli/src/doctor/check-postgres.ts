import { type PostgresFacts, probePostgres } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { checkClock } from './check-clock.js';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

const OLDEST = 13;

/** For whoever looks at the database while the system runs, and for migrations. */
const SPARE_CONNECTIONS = 5;

/** Is Postgres there, may we write, and is what it acknowledges on disk? */
export async function checkPostgres(url: string, pool: number): Promise<Finding[]> {
  const found = new Findings('postgres');
  try {
    return judgePostgres(found, await probePostgres(url, LEDGER_SCHEMA), pool);
  } catch (error) {
    const [text, fix] = absence(error, URL.parse(url)?.pathname.slice(1) ?? '');
    return found.problem(text, fix).list;
  }
}

export function judgePostgres(found: Findings, facts: PostgresFacts, pool: number): Finding[] {
  const { version, readOnly, mayCreate, maxConnections, pending, clock } = facts;
  const major = Math.floor(version / 10_000);
  if (major < OLDEST)
    found.problem(
      `It is Postgres ${major}; ${OLDEST} is the oldest that works`,
      `Install Postgres ${OLDEST} or newer.`,
    );
  if (readOnly)
    found.problem(
      'It takes no writes: it is a standby, or read-only',
      'Name the address of the primary in DATABASE_URL.',
    );
  if (!mayCreate)
    found.problem(
      'The user of DATABASE_URL may not make tables',
      'As the owner of the database: GRANT CREATE ON DATABASE name TO user; GRANT CREATE ON SCHEMA public TO user;',
    );
  if (maxConnections < pool + SPARE_CONNECTIONS)
    found.problem(
      `It takes ${maxConnections} connections; one process alone opens up to ${pool}`,
      'Raise max_connections in postgresql.conf, or lower DATABASE_POOL.',
    );
  judgeDurability(found, facts);
  if (pending.length > 0)
    found.warning(
      `${pending.length} migration(s) are missing: ${pending.slice(0, 3).join(', ')}${pending.length > 3 ? ', …' : ''}`,
      '`llmq migrate`; every start does the same.',
    );
  checkClock(found, 'Postgres', clock);
  return found.orElse(`Postgres ${major}, all migrations done`);
}

function judgeDurability(found: Findings, { fsync, synchronousCommit }: PostgresFacts): void {
  if (fsync && synchronousCommit) return;
  found.problem(
    `It has ${fsync ? 'synchronous_commit' : 'fsync'} off: what it acknowledged is lost when the machine fails`,
    `ALTER SYSTEM SET ${fsync ? 'synchronous_commit' : 'fsync'} = on; SELECT pg_reload_conf();`,
  );
}

function absence(error: unknown, database: string): [text: string, fix: string] {
  const { code } = error as { code?: string };
  if (code === '3D000') return [`There is no database ${database}`, `Make it: createdb ${database}`];
  if (code === '28P01' || code === '28000')
    return [
      `It refuses the user or the password: ${reasonOf(error)}`,
      'Correct them in DATABASE_URL: postgres://USER:PASSWORD@HOST:5432/DATABASE',
    ];
  return [
    `It does not answer: ${reasonOf(error)}`,
    'Start it, or correct DATABASE_URL; without DATABASE_URL the system uses its embedded database.',
  ];
}
