import { type Statement } from '#database';
import { IN_TURN } from '#ledger';

const COLUMNS = 'id, tenant_id, user_id, conversation_id, context, active, created_at, updated_at';

/** Takes numbers ($1: tenants, one for each number); answers with the last one of each tenant. */
export const TAKE_NUMBERS: Statement = {
  name: 'take-session-numbers',
  text: `
INSERT INTO session_numbers AS s (tenant_id, last)
SELECT tenant_id, count(*)::int FROM unnest($1::text[]) AS t(tenant_id) GROUP BY tenant_id ORDER BY tenant_id
ON CONFLICT (tenant_id) DO UPDATE SET last = s.last + excluded.last RETURNING tenant_id, last`,
};

/** Inserts sessions ($1: JSON array), without those whose id is taken. */
export const INSERT_SESSIONS: Statement = {
  name: 'insert-sessions',
  text: `
INSERT INTO sessions (tenant_id, id, user_id, conversation_id, context)
SELECT tenant_id, id, coalesce(user_id, id), conversation_id, context
  FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, id text, user_id text, conversation_id text, context text)
ON CONFLICT (tenant_id, id) DO NOTHING RETURNING ${COLUMNS}`,
};

/** Starts a session under its name ($2), or opens the one that is there. $3: user, $4: conversation, $5: context. */
export const START_SESSION: Statement = {
  name: 'start-session',
  text: `
INSERT INTO sessions AS s (tenant_id, id, user_id, conversation_id, context) VALUES ($1, $2, coalesce($3, $2), $4, $5)
ON CONFLICT (tenant_id, id) DO UPDATE
  SET active = true, updated_at = CASE WHEN s.active THEN s.updated_at ELSE now() END
RETURNING ${COLUMNS}`,
};

/**
 * A session ($1, $2) with its conversation, which is made for the first message and opened again where it was archived.
 * Nothing is written in between.
 */
export const OPEN_SESSION: Statement = {
  name: 'open-session',
  text: `
WITH found AS (
  SELECT ${COLUMNS} FROM sessions WHERE tenant_id = $1 AND id = $2
), opened AS (
  INSERT INTO conversations AS c (id, tenant_id, user_id, title, context, metadata)
  SELECT conversation_id, tenant_id, user_id, id, context, jsonb_build_object('session_id', id) FROM found
   WHERE active AND NOT EXISTS (
     SELECT 1 FROM conversations o WHERE o.id = found.conversation_id AND o.state IN ('active', 'inactive'))
  ON CONFLICT (id) DO UPDATE SET state = 'active', completed_at = NULL, updated_at = now()
   WHERE c.state IN ('completed', 'archived')
  RETURNING id
), used AS (
  UPDATE sessions s SET used = true FROM opened WHERE s.conversation_id = opened.id AND NOT s.used
)
SELECT * FROM found`,
};

export const SELECT_SESSION: Statement = {
  name: 'select-session',
  text: `SELECT ${COLUMNS} FROM sessions WHERE tenant_id = $1 AND id = $2`,
};

export const CLOSE_SESSION: Statement = {
  name: 'close-session',
  text: `
UPDATE sessions SET active = false, updated_at = CASE WHEN active THEN now() ELSE updated_at END
 WHERE tenant_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
};

export const REMOVE_SESSION: Statement = {
  name: 'remove-session',
  text: `DELETE FROM sessions WHERE tenant_id = $1 AND id = $2 RETURNING id`,
};

/** The messages of a session's conversation ($1) behind a turn ($2), at most so many ($3). */
export const SELECT_TURNS_AFTER: Statement = {
  name: 'select-turns-after',
  text: `SELECT id, turn FROM messages WHERE conversation_id = $1 AND turn > $2 ORDER BY turn LIMIT $3`,
};

/** The last turn before the first one that has not ended; of the conversation $1. */
export const SELECT_LAST_ENDED_TURN: Statement = {
  name: 'select-last-ended-turn',
  text: `
SELECT coalesce(
  (SELECT turn - 1 FROM messages
    WHERE conversation_id = $1 AND status IN ${IN_TURN} ORDER BY turn LIMIT 1),
  (SELECT turns FROM conversations WHERE id = $1), 0) AS turn`,
};

/** How far sessions are ($1: tenants, $2: ids), without those that are closed or gone. */
export const SELECT_PROGRESS: Statement = {
  name: 'select-session-progress',
  text: `
SELECT s.tenant_id, s.id, coalesce(c.turns, 0) AS turns
  FROM unnest($1::text[], $2::text[]) AS asked(tenant_id, id)
  JOIN sessions s ON s.tenant_id = asked.tenant_id AND s.id = asked.id AND s.active
  LEFT JOIN conversations c ON c.id = s.conversation_id`,
};
