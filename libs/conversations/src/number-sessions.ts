import { type Database } from '#database';
import { INSERT_SESSIONS, TAKE_NUMBERS } from './sql/sessions.js';

/** A session to be made, in the names of the columns; without an id yet. */
export interface NewSession {
  readonly tenant_id: string;
  readonly user_id: string | null;
  readonly conversation_id: string;
  readonly context: string;
}

export interface SessionColumns extends Record<string, unknown> {
  readonly id: string;
  readonly conversation_id: string;
}

/** Clients may have taken names that we would give; after so many of them in a row a name is made that nobody takes. */
const NUMBERED_ROUNDS = 5;

/** Makes sessions under names of ours, `sess-1`, `sess-2` …, each tenant's from 1; answers in the order of what was asked. */
export async function insertNumbered(
  database: Database,
  wanted: readonly NewSession[],
): Promise<readonly SessionColumns[]> {
  const made = new Map<string, SessionColumns>();
  for (let round = 0; made.size < wanted.length; round += 1) {
    const left = wanted.filter((one) => !made.has(one.conversation_id));
    const ids = round < NUMBERED_ROUNDS ? await numbersFor(database, left) : left.map(unlikelyId);
    const rows = left.map((one, i) => ({ ...one, id: ids[i] }));
    const inserted = await database.query<SessionColumns>(INSERT_SESSIONS, [JSON.stringify(rows)]);
    for (const row of inserted) made.set(row.conversation_id, row);
  }
  return wanted.map((one) => made.get(one.conversation_id)!);
}

async function numbersFor(database: Database, wanted: readonly NewSession[]): Promise<string[]> {
  const tenants = wanted.map(({ tenant_id }) => tenant_id);
  const rows = await database.query<{ tenant_id: string; last: number }>(TAKE_NUMBERS, [tenants]);
  const last = new Map(rows.map((row) => [row.tenant_id, row.last]));
  // The last one asked gets the last number.
  const ids = tenants.toReversed().map((tenant) => {
    const number = last.get(tenant)!;
    last.set(tenant, number - 1);
    return `sess-${number}`;
  });
  return ids.toReversed();
}

function unlikelyId({ conversation_id }: NewSession): string {
  return `sess-${conversation_id.replace('conv_', '')}`;
}
