import { type MessageOptions, type Target } from '#contracts';
import { type Statement } from '#database';
import { type BudgetLimit } from '../budgets.js';
import { type StoredCallback } from '../entities/message.entity.js';
import { HOLD_BUDGETS } from './budgets.js';
import { IN_TURN } from './open-statuses.js';

/** One row to insert, in the names of the columns. */
export interface NewMessageRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly conversation_id: string | null;
  readonly content: string;
  readonly priority: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly max_retries: number;
  readonly timeout_ms: number;
  readonly request_id: string;
  readonly lane: string;
  readonly cost: number;
  /** Not before; null: at once. Given as ISO text, or as a delay by the clock of the ledger. */
  readonly scheduled_at: string | null;
  readonly delay_ms: number | null;
  /** Counted from when it could start. */
  readonly ttl_ms: number;
  readonly idempotency_key: string | null;
  readonly fingerprint: string | null;
  readonly targets?: readonly Target[];
  readonly options?: MessageOptions | null;
  readonly routing?: Readonly<Record<string, unknown>> | null;
  /** Where its events are sent. */
  readonly callback?: StoredCallback | null;
  /** Most turns of its conversation that may be open before it; undefined: any number. */
  readonly max_turns_ahead?: number;
  /** What it is expected to cost, in millionths, until it ends; only where there are budgets. */
  readonly reserved?: number;
  /** They must bear it, or it is not committed. */
  readonly budgets?: readonly BudgetLimit[];
}

/** What the ledger made of a row. */
export interface CommittedRow<H = string> extends Record<string, unknown> {
  readonly id: string;
  readonly status: 'pending' | 'scheduled';
  readonly scheduled_at: Date | null;
  readonly expires_at: Date;
  readonly created_at: Date;
  /** Turns of its conversation that must end before it. */
  readonly turns_ahead: number;
  /** Of those that go into the schedule with it; null: it goes by itself, when it has its turn. */
  readonly handover: H | null;
}

/** A row whose idempotency key another statement had committed first. */
export interface UnansweredRow extends Record<string, unknown> {
  readonly id: string;
  readonly status: null;
  /** The conversation of which it took a turn all the same. */
  readonly vacant_turn_of: string | null;
}

/** It has its turn as soon as it is committed: it may go into the schedule. */
const IS_FREE = `(i.conversation_id IS NULL AND NOT i.later)`;

/** A message that is due sooner than this goes into the schedule at once, with a delay there. */
export const SOON = `interval '2 s'`;

/**
 * Inserts a group of messages ($1: JSON array of NewMessageRow). A message of a conversation gets the next turn, unless it
 * is scheduled for later: then it gets its turn when it is due. The conversations are locked in the order of their ids, so
 * that two groups cannot deadlock. Those of no conversation count as queued from now on, save that their handover says that
 * they may not have arrived there: so nobody has to write down that each has. Left out of the answer is a row whose conversation is not the tenant's, is closed or has
 * too many open turns, and one whose idempotency key is known. Open turns are counted in their index, and only as far as is
 * needed: 0.1 ms for 100 of them.
 */
export const INSERT_MESSAGES: Statement = {
  name: 'insert-messages',
  text: `
WITH input AS (
  SELECT i.*, coalesce(i.scheduled_at > now() + ${SOON}, false) AS later FROM (
    SELECT id, tenant_id, user_id, conversation_id, content, priority, metadata, max_retries, timeout_ms, request_id,
           lane, cost, reserved, targets, options, routing, callback, ttl_ms, idempotency_key, fingerprint, max_turns_ahead,
           coalesce(scheduled_at, now() + delay_ms * interval '1 ms') AS scheduled_at
      FROM jsonb_to_recordset($1::jsonb) AS r(
        id text, tenant_id text, user_id text, conversation_id text, content text, priority smallint,
        metadata jsonb, max_retries int, timeout_ms int, request_id text, lane text, cost int, reserved numeric,
        targets jsonb, options jsonb, routing jsonb, callback jsonb,
        scheduled_at timestamptz, delay_ms float8, ttl_ms float8, idempotency_key text, fingerprint text, max_turns_ahead int)) i
   WHERE i.idempotency_key IS NULL OR NOT EXISTS (
     SELECT 1 FROM messages m WHERE m.tenant_id = i.tenant_id AND m.idempotency_key = i.idempotency_key)
), locked AS MATERIALIZED (
  SELECT c.id, c.tenant_id FROM conversations c
   WHERE (c.tenant_id, c.id) IN (SELECT tenant_id, conversation_id FROM input WHERE conversation_id IS NOT NULL)
     AND c.state IN ('active', 'inactive')
   ORDER BY c.id FOR UPDATE
), placed AS (
  SELECT i.*, CASE WHEN i.conversation_id IS NULL OR i.later THEN 0 ELSE (
           SELECT count(*)::int FROM (
             SELECT 1 FROM messages m
              WHERE m.conversation_id = i.conversation_id AND m.status IN ${IN_TURN} LIMIT i.max_turns_ahead) open_turns
         ) + (row_number() OVER (PARTITION BY i.conversation_id, i.tenant_id, i.later ORDER BY i.id))::int - 1
         END AS turns_ahead
    FROM input i LEFT JOIN locked l ON l.id = i.conversation_id AND l.tenant_id = i.tenant_id
   WHERE i.conversation_id IS NULL OR l.id IS NOT NULL
), fitting AS (
  SELECT * FROM placed WHERE turns_ahead < coalesce(max_turns_ahead, turns_ahead + 1)
), bumped AS (
  UPDATE conversations c
     SET turns = c.turns + added.n, state = 'active', last_active_at = now(), updated_at = now()
    FROM (SELECT conversation_id AS id, (count(*) FILTER (WHERE NOT later))::int AS n
            FROM fitting WHERE conversation_id IS NOT NULL GROUP BY conversation_id) added
   WHERE c.id = added.id
  RETURNING c.id, c.tenant_id, c.turns - added.n AS turns_before
), stamp AS MATERIALIZED (
  SELECT nextval('handovers_id') AS id
), inserted AS (
INSERT INTO messages (id, tenant_id, user_id, conversation_id, turn, content, priority, metadata, max_retries,
                      timeout_ms, request_id, lane, cost, reserved, targets, options, routing, callback, status,
                      enqueued_at, handover, scheduled_at, expires_at, idempotency_key, fingerprint)
SELECT i.id, i.tenant_id, i.user_id, i.conversation_id,
       CASE WHEN NOT i.later THEN
         b.turns_before + row_number() OVER (PARTITION BY i.conversation_id, i.tenant_id, i.later ORDER BY i.id) END,
       i.content, i.priority, i.metadata, i.max_retries, i.timeout_ms, i.request_id, i.lane, i.cost, i.reserved,
       coalesce(i.targets, '[]'), i.options, i.routing, i.callback,
       CASE WHEN i.later THEN 'scheduled' WHEN ${IS_FREE} THEN 'queued' ELSE 'pending' END,
       CASE WHEN ${IS_FREE} THEN now() END, CASE WHEN ${IS_FREE} THEN (SELECT id FROM stamp) END, i.scheduled_at,
       greatest(coalesce(i.scheduled_at, now()), now()) + i.ttl_ms * interval '1 ms', i.idempotency_key, i.fingerprint
  FROM fitting i LEFT JOIN bumped b ON b.id = i.conversation_id AND b.tenant_id = i.tenant_id
ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id, status, handover, scheduled_at, expires_at, created_at, tenant_id, user_id, reserved
), handed AS (
  INSERT INTO handovers (id, first, last, messages)
  SELECT handover, min(id), max(id), count(*) FROM inserted WHERE handover IS NOT NULL GROUP BY handover
), ${HOLD_BUDGETS}
SELECT fitting.id, CASE WHEN inserted.status = 'queued' THEN 'pending' ELSE inserted.status END AS status,
       inserted.handover::text AS handover, inserted.scheduled_at, inserted.expires_at, inserted.created_at,
       fitting.turns_ahead, CASE WHEN NOT fitting.later THEN fitting.conversation_id END AS vacant_turn_of
  FROM fitting LEFT JOIN inserted USING (id)`,
};

/**
 * Gives turns back that no message took ($1: conversations, one for each turn): another statement had committed the same
 * idempotency key while this one waited for the conversation.
 */
export const VACATE_TURNS: Statement = {
  name: 'vacate-turns',
  text: `
UPDATE conversations c SET vacated_turns = c.vacated_turns + given.n
  FROM (SELECT id, count(*)::int AS n FROM unnest($1::text[]) AS i(id) GROUP BY id) given WHERE c.id = given.id`,
};
