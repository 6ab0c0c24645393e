import { type Statement } from '#database';
import { type MessageRow } from '../entities/message.entity.js';

/** Its whole row when it was claimed, else why not: `status` and for how long another worker still owns it. */
export interface ClaimRow extends Record<string, unknown> {
  readonly id: string;
  readonly claimed: boolean;
  readonly status: MessageRow['status'];
  readonly lease_ms: number | null;
}

/**
 * Claims messages ($1: ids, $2: worker, $3: lease in ms). A message that another worker runs can be claimed
 * once that worker's lease is over, and counts as a lost worker. `attempt` is the fence of every later write.
 */
export const CLAIM_MESSAGES: Statement = {
  name: 'claim-messages',
  text: `
WITH claimed AS (
  UPDATE messages m
     SET status = 'processing', attempt = m.attempt + 1, worker_id = $2,
         worker_losses = m.worker_losses + (m.status = 'processing')::int,
         lease_until = now() + $3 * interval '1 ms',
         started_at = coalesce(m.started_at, now()), updated_at = now()
   WHERE m.id = ANY($1::text[])
     AND (m.status IN ('pending', 'queued', 'retrying') OR (m.status = 'processing' AND m.lease_until < now()))
  RETURNING m.*
)
SELECT true AS claimed, 0::float8 AS lease_ms, claimed.* FROM claimed
UNION ALL
SELECT false, extract(epoch FROM m.lease_until - now())::float8 * 1000, m.*
  FROM messages m WHERE m.id = ANY($1::text[]) AND m.id NOT IN (SELECT id FROM claimed)`,
};
