import { type Statement } from '#database';
import { type MessageRow } from '../entities/message.entity.js';
import { lockedByKey } from './open-statuses.js';

/** Its whole row when it was claimed, else why not: `status` and for how long another worker still owns it. */
export interface ClaimRow extends Record<string, unknown> {
  readonly id: string;
  readonly claimed: boolean;
  readonly status: MessageRow['status'];
  readonly lease_ms: number | null;
  /** It is too late to start it. */
  readonly expired: boolean;
  readonly lane: string;
  /** Of the provider call that was written down with it. */
  readonly call_id: string | null;
}

/**
 * A message that is to be claimed, and the provider call that it will then make, in the names of the columns; without one
 * none is written down. A message whose lane is not this provider has been sent elsewhere meanwhile: its job here is a
 * left-over, and it is not claimed. The model is its target's, if it has one.
 */
export interface ClaimInput extends Partial<PlannedCallRow> {
  readonly id: string;
}

export interface PlannedCallRow {
  readonly call_id: string;
  readonly provider: string;
  readonly model: string;
  /** With this many lost workers it makes none. */
  readonly max_worker_losses: number;
}

const CLAIMABLE = `coalesce(l.provider = l.lane, true)
  AND (l.status IN ('pending', 'queued', 'retrying') OR (l.status = 'processing' AND l.lease_until < now()))`;

/** Null where the message will be ended without a call: it was cancelled, is too late, or has cost too many workers their lives. */
const CALL_ID = `CASE WHEN NOT m.cancel_requested AND coalesce(m.expires_at > now(), true)
                 AND m.worker_losses < l.max_worker_losses THEN l.call_id END`;

/**
 * Claims messages ($1: JSON array of ClaimInput, $2: worker, $3: lease in ms). A message that another worker runs can be
 * claimed once that worker's lease is over, and counts as a lost worker. `attempt` is the fence of every later write. The
 * call is written down in the same commit.
 */
export const CLAIM_MESSAGES: Statement = {
  name: 'claim-messages',
  text: `
WITH input AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS i(id text, call_id text, provider text, model text, max_worker_losses int)
), ${lockedByKey('m.lane, m.status, m.lease_until')},
claimed AS (
  UPDATE messages m
     SET status = 'processing', attempt = m.attempt + 1, worker_id = $2,
         worker_losses = m.worker_losses + (m.status = 'processing')::int,
         lease_until = now() + $3 * interval '1 ms',
         started_at = coalesce(m.started_at, now()), updated_at = now()
    FROM locked l
   WHERE m.id = l.id AND ${CLAIMABLE}
  RETURNING m.*, ${CALL_ID} AS call_id, coalesce(m.targets -> m.target::int ->> 'model', l.model) AS call_model
), called AS (
  INSERT INTO provider_calls (id, tenant_id, user_id, message_id, attempt, provider, model)
  SELECT call_id, tenant_id, user_id, id, attempt, lane, call_model FROM claimed WHERE call_id IS NOT NULL
)
SELECT true AS claimed, 0::float8 AS lease_ms, coalesce(expires_at <= now(), false) AS expired, * FROM claimed
UNION ALL
SELECT false, extract(epoch FROM l.lease_until - now())::float8 * 1000, false, m.*, NULL, NULL
  FROM locked l CROSS JOIN LATERAL (SELECT * FROM messages m WHERE m.id = l.id OFFSET 0) m
 WHERE (${CLAIMABLE}) IS NOT TRUE`,
};
