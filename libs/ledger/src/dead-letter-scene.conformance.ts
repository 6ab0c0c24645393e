import { type DataSource } from 'typeorm';
import { newId } from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { DeadLetterAudits } from './dead-letter-audits.js';
import { DeadLetters } from './dead-letters.js';
import { MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { Redrives } from './redrives.js';
import { ScheduleLedger } from './schedule-ledger.js';
import { LEDGER_SCHEMA } from './schema.js';
import { type FinishRow } from './sql/finish-messages.js';
import { type NewMessageRow } from './sql/insert-messages.js';
import { EXPIRE_MESSAGES } from './sql/transition-statements.js';

const LEASE_MS = 60_000;

export const DAY_MS = 86_400_000;

type Fields = Partial<NewMessageRow> & { readonly code?: string };

/** A ledger in which messages of the tenant t1 run, fail and are found again. */
export class DeadLetterScene {
  readonly ledger: MessageLedger;
  readonly schedule: ScheduleLedger;
  readonly reader: MessageReader;
  readonly letters: DeadLetters;
  readonly audits: DeadLetterAudits;
  readonly redrives: Redrives;
  #statements = 0;

  private constructor(
    private readonly database: Database,
    private readonly source: DataSource,
  ) {
    this.ledger = new MessageLedger(database);
    this.schedule = new ScheduleLedger(database);
    this.reader = new MessageReader(source, database);
    this.letters = new DeadLetters(source, database);
    this.audits = new DeadLetterAudits(database);
    this.redrives = new Redrives(source, database);
  }

  static async open(database: Database): Promise<DeadLetterScene> {
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    return new DeadLetterScene(database, source);
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.database.close();
  }

  async clear(): Promise<void> {
    for (const table of ['messages', 'replies', 'dead_letters', 'dead_letter_audit', 'redrives'])
      await this.run(`DELETE FROM ${table}`);
  }

  run<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return this.database.query<R>({ name: `scene-${(this.#statements += 1)}`, text }, values);
  }

  async conversation(policy: 'block' | 'skip'): Promise<string> {
    const id = newId('conv');
    await this.run(
      `INSERT INTO conversations (id, tenant_id, user_id, on_failure) VALUES ($1, 't1', 'u', $2)`,
      [id, policy],
    );
    return id;
  }

  async inserted(fields: Partial<NewMessageRow> = {}): Promise<string> {
    const row = {
      id: newId('msg'),
      tenant_id: 't1',
      user_id: 'u',
      conversation_id: null,
      content: 'hello',
      priority: 3,
      metadata: {},
      max_retries: 3,
      timeout_ms: 1_000,
      request_id: 'r',
      lane: 'simulator',
      cost: 10,
      scheduled_at: null,
      delay_ms: null,
      ttl_ms: DAY_MS,
      idempotency_key: null,
      fingerprint: null,
      ...fields,
    };
    await this.ledger.insert(row);
    return row.id;
  }

  async claimed(id: string): Promise<number> {
    const claim = await this.ledger.claim(id, 'w1', LEASE_MS);
    if (!claim.claimed) throw new Error(`not claimed: ${claim.status}`);
    return claim.message.attempt;
  }

  /** Ends a message that runs; false when the attempt is not the current one. */
  ends(id: string, attempt: number, extra: Partial<FinishRow> = {}): Promise<boolean> {
    const row = {
      id,
      attempt,
      status: 'completed',
      error_code: null,
      error_message: null,
      dead: false,
      call_id: null,
      call_state: 'completed',
      content: 'hi',
      provider: 'p',
      model: 'm',
      finish_reason: 'stop',
      prompt_tokens: 1,
      completion_tokens: 2,
      usage_estimated: false,
      ...extra,
    };
    return this.ledger.finish(row as FinishRow & { status: 'completed' });
  }

  /** Runs a message that waits, to its good end. */
  async completes(id: string): Promise<void> {
    await this.ends(id, await this.claimed(id));
  }

  /** Runs a message that waits, and fails it for good. */
  async fails(id: string, code = 'provider_rejected', content: string | null = null): Promise<void> {
    const failure = { status: 'failed', error_code: code, error_message: 'no', dead: true, content };
    await this.ends(id, await this.claimed(id), failure);
  }

  async dead({ code, ...fields }: Fields = {}): Promise<string> {
    const id = await this.inserted(fields);
    await this.fails(id, code);
    return id;
  }

  /** Ends a message because it has waited too long. */
  async expires(id: string): Promise<void> {
    await this.run(`UPDATE messages SET expires_at = now() - interval '1 s' WHERE id = $1`, [id]);
    await this.database.query(EXPIRE_MESSAGES, [100, 'late']);
  }

  /** Makes a dead letter older. */
  async age(id: string, ms: number): Promise<void> {
    await this.run(
      `UPDATE dead_letters SET created_at = now() - $2 * interval '1 ms' WHERE message_id = $1`,
      [id, ms],
    );
  }

  async blockedBy(conversationId: string): Promise<string | null> {
    const [row] = await this.run<{ blocked_by: string | null }>(
      'SELECT blocked_by FROM conversations WHERE id = $1',
      [conversationId],
    );
    return row!.blocked_by;
  }

  /** The message of a conversation that may run next. */
  async next(conversationId: string): Promise<string | undefined> {
    return (await this.schedule.nextTurn(conversationId))?.id;
  }

  async turnOf(id: string): Promise<number | null> {
    return (await this.reader.get('t1', id)).turn;
  }

  async statusOf(id: string): Promise<string> {
    return (await this.reader.get('t1', id)).status;
  }
}
