import { type DataSource } from 'typeorm';
import { type FailurePolicy, newId } from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { MessageTransitions } from './message-transitions.js';
import { ScheduleLedger } from './schedule-ledger.js';
import { LEDGER_SCHEMA } from './schema.js';
import { type CallUse } from './sql/call-use.js';
import { type NewMessageRow } from './sql/insert-messages.js';
import { Upkeep } from './upkeep.js';

export const LEASE_MS = 60_000;
export const DAY_MS = 86_400_000;

export function rowOf(extra: Partial<NewMessageRow> = {}): NewMessageRow {
  return {
    id: newId('msg'),
    tenant_id: 't1',
    user_id: 'u',
    conversation_id: null,
    content: 'hello',
    priority: 3,
    metadata: { a: 1 },
    max_retries: 3,
    timeout_ms: 1_000,
    request_id: 'r',
    lane: 'simulator',
    cost: 10,
    scheduled_at: null,
    delay_ms: null,
    ttl_ms: 3_600_000,
    idempotency_key: null,
    fingerprint: null,
    ...extra,
  };
}

/** A ledger with what a test needs to bring messages into any state. */
export class LifeScene {
  readonly ledger: MessageLedger;
  readonly schedule: ScheduleLedger;
  readonly transitions: MessageTransitions;
  readonly reader: MessageReader;
  readonly upkeep: Upkeep;

  private constructor(
    readonly database: Database,
    readonly source: DataSource,
  ) {
    this.ledger = new MessageLedger(database);
    this.schedule = new ScheduleLedger(database);
    this.transitions = new MessageTransitions(database);
    this.reader = new MessageReader(source, database);
    this.upkeep = new Upkeep(database);
  }

  static async open(open: () => Promise<Database>): Promise<LifeScene> {
    const database = await open();
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    return new LifeScene(database, source);
  }

  async run<R>(text: string, ...values: unknown[]): Promise<R[]> {
    return (await this.database.pool.query(text, values)).rows as R[];
  }

  async clear(): Promise<void> {
    for (const table of [
      'messages',
      'handovers',
      'replies',
      'provider_calls',
      'dead_letters',
      'conversations',
    ])
      await this.run(`DELETE FROM ${table}`);
  }

  async inserted(extra: Partial<NewMessageRow> = {}): Promise<string> {
    const row = rowOf(extra);
    await this.ledger.insert(row);
    return row.id;
  }

  async conversation(onFailure: FailurePolicy = 'skip', id = newId('conv')): Promise<string> {
    await this.run(
      `INSERT INTO conversations (id, tenant_id, user_id, on_failure) VALUES ($1, 't1', 'u', $2)`,
      id,
      onFailure,
    );
    return id;
  }

  async statusOf(id: string): Promise<string> {
    return (await this.reader.get('t1', id)).status;
  }

  /** Runs a message to its end, which then seems to have been some time ago. */
  async finished(id: string, agoMs = 0, use: Partial<CallUse> = {}): Promise<void> {
    const call = { id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 3 };
    const claim = await this.ledger.claim(id, 'w', LEASE_MS, call);
    if (!claim.claimed) throw new Error(`not claimed: ${claim.status}`);
    await this.ledger.finish({
      id,
      attempt: claim.message.attempt,
      status: 'completed',
      error_code: null,
      error_message: null,
      dead: false,
      call_id: claim.callId,
      call_state: 'completed',
      content: 'hi',
      provider: 'p',
      model: 'm',
      finish_reason: 'stop',
      prompt_tokens: 1,
      completion_tokens: 1,
      usage_estimated: false,
      ...use,
    });
    const ago = `now() - $2::float8 * interval '1 ms'`;
    await this.run(`UPDATE messages SET completed_at = ${ago} WHERE id = $1`, id, agoMs);
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.database.close();
  }
}
