import { type Statement } from '#database';
import { type StoredCallback } from '../entities/message.entity.js';

/** What the claim has looked at. */
export interface SeenOrigins {
  readonly last_origin: string | null;
  readonly origins: number;
}

/** A claimed delivery, with what its body is made of; without an id there is none. */
export interface DueRow extends SeenOrigins, Record<string, unknown> {
  readonly id: string | null;
  readonly tenant_id: string;
  readonly message_id: string;
  readonly event: string;
  readonly status: string;
  readonly progress: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly origin: string;
  readonly url: string;
  readonly attempts: number;
  readonly tries: number;
  readonly created_at: Date;
  readonly callback: StoredCallback | null;
  readonly reply: Record<string, unknown> | null;
  readonly ran_ms: number | null;
}

/** Most destinations that one claim looks at; the next one goes on behind them. */
export const MAX_ORIGINS = 500;

/** An event that was tried so often in vain no longer keeps back what came after it. */
const TRIES_IN_ORDER = 4;

/**
 * Takes deliveries that are due ($1: destinations after this one, $2: most deliveries, $3: most for one destination, $4:
 * destinations with a bound of their own, $5: those bounds, $6: ms until a try counts as lost). Events of one message go out
 * one after the other; that it is dead is told to somebody else, and waits for none of them. Every destination has its own index range, so that one with a million deliveries costs no more than
 * one with three. `attempts` is the fence of what is written about the try.
 */
export const CLAIM_DELIVERIES: Statement = {
  name: 'claim-deliveries',
  text: `
WITH RECURSIVE origins AS (
  (SELECT d.origin, 1 AS n FROM callback_deliveries d
    WHERE d.state = 'pending' AND d.origin > $1 ORDER BY d.origin LIMIT 1)
  UNION ALL
  SELECT (SELECT d.origin FROM callback_deliveries d
           WHERE d.state = 'pending' AND d.origin > o.origin ORDER BY d.origin LIMIT 1), o.n + 1
    FROM origins o WHERE o.origin IS NOT NULL AND o.n < ${MAX_ORIGINS}
), bounded AS (
  SELECT o.origin, coalesce(b.most, $3) AS most
    FROM origins o LEFT JOIN unnest($4::text[], $5::int[]) AS b(origin, most) ON b.origin = o.origin
   WHERE o.origin IS NOT NULL
), due AS MATERIALIZED (
  SELECT d.id FROM bounded b CROSS JOIN LATERAL (
    SELECT d.id FROM callback_deliveries d
     WHERE d.state = 'pending' AND d.origin = b.origin AND d.due_at <= now() AND NOT EXISTS (
       SELECT 1 FROM callback_deliveries earlier
        WHERE earlier.message_id = d.message_id AND earlier.seq < d.seq AND earlier.state = 'pending'
          AND (earlier.event = 'dead') = (d.event = 'dead') AND earlier.tries < ${TRIES_IN_ORDER})
     ORDER BY d.due_at LIMIT b.most FOR UPDATE SKIP LOCKED) d
   LIMIT $2
), taken AS (
  UPDATE callback_deliveries d
     SET attempts = d.attempts + 1, tries = d.tries + 1, due_at = now() + $6 * interval '1 ms', updated_at = now()
    FROM due WHERE d.id = due.id RETURNING d.*
)
SELECT seen.*, t.*, m.callback, to_jsonb(r) AS reply,
       extract(epoch FROM m.completed_at - m.started_at)::float8 * 1000 AS ran_ms
  FROM (SELECT max(origin) AS last_origin, count(*)::int AS origins FROM bounded) seen
  LEFT JOIN taken t ON true
  LEFT JOIN messages m ON m.id = t.message_id
  LEFT JOIN replies r ON r.message_id = t.message_id AND t.event = 'completed'
 ORDER BY t.seq`,
};

/**
 * What became of a try ($1: id, $2: attempts, $3: the new state, $4: ms until the next try, $5: the receiver's answer, $6:
 * what went wrong). Nothing changes when somebody else has it by now.
 */
export const SETTLE_DELIVERY: Statement = {
  name: 'settle-delivery',
  text: `
UPDATE callback_deliveries
   SET state = $3, due_at = now() + $4 * interval '1 ms', last_status = $5, last_error = $6, updated_at = now(),
       delivered_at = CASE WHEN $3 = 'delivered' THEN now() END
 WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING id`,
};

/** Makes a delivery due at once, with all of its tries ($1: tenant, $2: id). */
export const REDELIVER: Statement = {
  name: 'redeliver',
  text: `
UPDATE callback_deliveries
   SET due_at = now(), state = 'pending', tries = 0, delivered_at = NULL, updated_at = now()
 WHERE tenant_id = $1 AND id = $2 RETURNING id`,
};

/** Forgets what is over for so long ($1: ms), at most $2 of it. */
export const DELETE_DELIVERIES: Statement = {
  name: 'delete-deliveries',
  text: `
DELETE FROM callback_deliveries WHERE id IN (
  SELECT id FROM callback_deliveries
   WHERE state <> 'pending' AND created_at < now() - $1::float8 * interval '1 ms' ORDER BY created_at LIMIT $2)
RETURNING id`,
};
