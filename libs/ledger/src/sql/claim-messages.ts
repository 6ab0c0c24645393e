import { type Statement } from '#database';
import { type MessageRow } from '../entities/message.entity.js';
import { lockedInOrder } from './open-statuses.js';

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
 * The provider call that a claimed message will make, in the names of the columns. A message whose lane is not this provider
 * has been sent elsewhere meanwhile: its job here is a left-over, and it is not claimed. The model is its target's, if it
 * has one.
 */
export interface PlannedCallRow {
  readonly message_id: string;
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  /** With this many lost workers it makes none. */
  readonly max_worker_losses: number;
}

const INPUT = `input AS (
  SELECT * FROM jsonb_to_recordset($4::jsonb)
    AS p(message_id text, id text, provider text, model text, max_worker_losses int))`;

const CLAIMABLE = `NOT EXISTS (SELECT 1 FROM input p WHERE p.message_id = m.id AND p.provider <> m.lane)
  AND (m.status IN ('pending', 'queued', 'retrying') OR (m.status = 'processing' AND m.lease_until < now()))`;

/**
 * Claims messages ($1: ids, $2: worker, $3: lease in ms, $4: JSON array of PlannedCallRow). A message that another
 * worker runs can be claimed once that worker's lease is over, and counts as a lost worker. `attempt` is the fence of
 * every later write. The call is written down in the same commit, unless the message will be ended without one: it was
 * cancelled, has cost too many workers their lives, or may not start any more.
 */
export const CLAIM_MESSAGES: Statement = {
  name: 'claim-messages',
  text: `
WITH ${INPUT},
${lockedInOrder('messages m', `m.id = ANY($1::text[]) AND ${CLAIMABLE}`)},
claimed AS (
  UPDATE messages m
     SET status = 'processing', attempt = m.attempt + 1, worker_id = $2,
         worker_losses = m.worker_losses + (m.status = 'processing')::int,
         lease_until = now() + $3 * interval '1 ms',
         started_at = coalesce(m.started_at, now()), updated_at = now()
    FROM locked
   WHERE m.id = locked.id AND ${CLAIMABLE}
  RETURNING m.*
), called AS (
  INSERT INTO provider_calls (id, tenant_id, user_id, message_id, attempt, provider, model)
  SELECT p.id, c.tenant_id, c.user_id, c.id, c.attempt, p.provider, coalesce(c.targets -> c.target::int ->> 'model', p.model)
    FROM claimed c JOIN input p ON p.message_id = c.id
   WHERE NOT c.cancel_requested AND coalesce(c.expires_at > now(), true) AND c.worker_losses < p.max_worker_losses
  RETURNING id, message_id
)
SELECT true AS claimed, 0::float8 AS lease_ms, called.id AS call_id,
       coalesce(claimed.expires_at <= now(), false) AS expired, claimed.*
  FROM claimed LEFT JOIN called ON called.message_id = claimed.id
UNION ALL
SELECT false, extract(epoch FROM m.lease_until - now())::float8 * 1000, NULL, false, m.*
  FROM messages m WHERE m.id = ANY($1::text[]) AND m.id NOT IN (SELECT id FROM claimed)`,
};
