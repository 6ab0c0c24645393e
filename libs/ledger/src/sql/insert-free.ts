import { type Statement } from '#database';

/** Of what was committed together. */
export interface CommittedTogetherRow extends Record<string, unknown> {
  readonly handover: string;
  readonly created_at: Date;
}

const FIELDS = `id, tenant_id, user_id, content, priority, metadata, max_retries, timeout_ms, request_id, lane, cost, targets,
  options, routing, callback, fingerprint`;

/**
 * Inserts messages that nothing has to be looked up for ($1: JSON array of NewMessageRow; $2, $3: the least and the greatest
 * of their ids; $4: how many they are): what INSERT_MESSAGES does of them, at two thirds of its cost. All of them are
 * committed, so one row tells of all.
 */
export const INSERT_FREE: Statement = {
  name: 'insert-free',
  text: `
WITH stamp AS MATERIALIZED (
  SELECT nextval('handovers_id') AS id
), handed AS (
  INSERT INTO handovers (id, first, last, messages) SELECT id, $2, $3, $4::int FROM stamp
), inserted AS (
  INSERT INTO messages (${FIELDS}, status, enqueued_at, handover, expires_at)
  SELECT id, tenant_id, user_id, content, priority, metadata, max_retries, timeout_ms, request_id, lane, cost,
         coalesce(targets, '[]'), options, routing, callback, fingerprint,
         'queued', now(), (SELECT id FROM stamp), now() + ttl_ms * interval '1 ms'
    FROM json_to_recordset($1::json) AS r(
      id text, tenant_id text, user_id text, content text, priority smallint, metadata jsonb, max_retries int,
      timeout_ms int, request_id text, lane text, cost int, targets jsonb, options jsonb, routing jsonb, callback jsonb,
      fingerprint text, ttl_ms float8)
)
SELECT id::text AS handover, now()::timestamptz(3) AS created_at FROM stamp`,
};
