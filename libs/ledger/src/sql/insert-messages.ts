import { type Statement } from '#database';

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
}

/**
 * Inserts a group of messages ($1: JSON array of NewMessageRow). A message of a conversation gets the next
 * turn; the conversations are locked in the order of their ids, so that two groups cannot deadlock. A row
 * whose conversation is not the tenant's, or is closed, is left out of the answer.
 */
export const INSERT_MESSAGES: Statement = {
  name: 'insert-messages',
  text: `
WITH input AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS i(
    id text, tenant_id text, user_id text, conversation_id text, content text, priority smallint,
    metadata jsonb, max_retries int, timeout_ms int, request_id text)
), locked AS MATERIALIZED (
  SELECT c.id, c.tenant_id FROM conversations c
   WHERE (c.tenant_id, c.id) IN (SELECT tenant_id, conversation_id FROM input WHERE conversation_id IS NOT NULL)
     AND c.state IN ('active', 'inactive')
   ORDER BY c.id FOR UPDATE
), bumped AS (
  UPDATE conversations c
     SET turns = c.turns + added.n, state = 'active', last_active_at = now(), updated_at = now()
    FROM (SELECT l.id, count(*)::int AS n FROM locked l
            JOIN input i ON i.conversation_id = l.id AND i.tenant_id = l.tenant_id GROUP BY l.id) added
   WHERE c.id = added.id
  RETURNING c.id, c.tenant_id, c.turns - added.n AS turns_before
)
INSERT INTO messages (id, tenant_id, user_id, conversation_id, turn, content, priority, metadata,
                      max_retries, timeout_ms, request_id)
SELECT i.id, i.tenant_id, i.user_id, i.conversation_id,
       b.turns_before + row_number() OVER (PARTITION BY i.conversation_id, i.tenant_id ORDER BY i.id),
       i.content, i.priority, i.metadata, i.max_retries, i.timeout_ms, i.request_id
  FROM input i LEFT JOIN bumped b ON b.id = i.conversation_id AND b.tenant_id = i.tenant_id
 WHERE i.conversation_id IS NULL OR b.id IS NOT NULL
RETURNING id, created_at`,
};
