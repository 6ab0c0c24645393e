import { type Statement } from '#database';

/** What is used and reserved of a budget, in millionths. */
export interface BudgetRow {
  readonly tenant_id: string;
  /** '': the tenant as a whole. */
  readonly user_id: string;
  readonly span: 'day' | 'month';
  readonly used: number;
  readonly reserved: number;
  /** Changes that are not in the sums yet. */
  readonly changes: number;
}

const utcDay = (time: string) => `(${time} AT TIME ZONE 'UTC')::date`;

const TODAY = utcDay('now()');

/** Of the running day or month. */
const current = (row: string) =>
  `(${row}.span, ${row}.bucket) IN (('day', ${TODAY}), ('month', date_trunc('month', ${TODAY})::date))`;

/** A change counts for the tenant and for its user, for its day and for its month. */
const EACH_BUDGET = `
  CROSS JOIN LATERAL (VALUES (''), (c.user_id)) u(user_id)
  CROSS JOIN LATERAL (VALUES ('day', c.day), ('month', date_trunc('month', c.day)::date)) s(span, bucket)`;

/**
 * Keeps the budgets of tenants ($1) for this transaction: nobody else accepts messages of theirs meanwhile. In an order that
 * is the same for all, so that no two wait for each other.
 */
export const LOCK_BUDGETS: Statement = {
  name: 'lock-budgets',
  text: `
SELECT pg_advisory_xact_lock(key)
  FROM (SELECT DISTINCT hashtextextended('budget ' || t, 0) AS key FROM unnest($1::text[]) t ORDER BY 1) keys`,
};

/** Of today and of this month, for these tenants ($1) and users ($2). */
export const SELECT_BUDGETS: Statement = {
  name: 'select-budgets',
  text: `
WITH asked AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) a(tenant_id, user_id)),
parts AS (
  SELECT tenant_id, user_id, span, b.used, b.reserved, 0 AS changes
    FROM asked JOIN budget_use b USING (tenant_id, user_id) WHERE ${current('b')}
  UNION ALL
  SELECT c.tenant_id, u.user_id, s.span, CASE WHEN ${current('s')} THEN c.used ELSE 0 END,
         CASE WHEN ${current('s')} THEN c.reserved ELSE 0 END, 1
    FROM budget_changes c ${EACH_BUDGET} JOIN asked a ON a.tenant_id = c.tenant_id AND a.user_id = u.user_id
   WHERE c.tenant_id = ANY($1::text[])
)
SELECT tenant_id, user_id, span, sum(used)::float8 AS used, sum(reserved)::float8 AS reserved,
       sum(changes)::float8 AS changes
  FROM parts GROUP BY 1, 2, 3`,
};

/** Nobody asks for what is older. */
const OLD = `${TODAY} - 62`;

/** Adds the changes of tenants ($1), whose budgets must be locked, to the sums, and forgets old ones. */
export const FOLD_BUDGETS: Statement = {
  name: 'fold-budgets',
  text: `
WITH gone AS (
  DELETE FROM budget_changes WHERE tenant_id = ANY($1::text[]) RETURNING *
), old AS (
  DELETE FROM budget_use WHERE tenant_id = ANY($1::text[]) AND bucket < ${OLD}
)
INSERT INTO budget_use AS b (tenant_id, user_id, span, bucket, used, reserved)
SELECT c.tenant_id, u.user_id, s.span, s.bucket, sum(c.used), sum(c.reserved) FROM gone c ${EACH_BUDGET}
 WHERE s.bucket >= ${OLD} GROUP BY 1, 2, 3, 4
ON CONFLICT (tenant_id, user_id, span, bucket)
  DO UPDATE SET used = b.used + excluded.used, reserved = b.reserved + excluded.reserved`,
};

/** Holds what accepted messages reserve, in the commit that accepts them; most of them reserve nothing. */
export const HOLD_BUDGETS = `held AS (
  INSERT INTO budget_changes (tenant_id, user_id, day, used, reserved)
  SELECT tenant_id, user_id, ${utcDay('created_at')}, 0, reserved FROM inserted WHERE reserved IS NOT NULL
)`;

/** What `settleBudgets` must know of a message `m` that ends. */
export const SETTLED_COLUMNS = 'm.reserved, m.created_at, m.attempts_before';

/**
 * Gives back what messages have reserved and takes what their calls have cost, of the day on which they were accepted, or on
 * which they end if they were requeued. `ended` names the messages; a call that is closed in the same statement is not seen
 * in its table, so it is given by its id and `worth`.
 */
export function settleBudgets(ended: string, callId = 'NULL', worth = '0'): string {
  return `settled AS (
  INSERT INTO budget_changes (tenant_id, user_id, day, used, reserved)
  SELECT m.tenant_id, m.user_id, ${utcDay('CASE WHEN m.attempts_before > 0 THEN now() ELSE m.created_at END')},
         coalesce(${worth}, 0) + coalesce((
           SELECT sum(c.worth) FROM provider_calls c
            WHERE c.message_id = m.id AND c.attempt > m.attempts_before AND c.id IS DISTINCT FROM ${callId}), 0),
         -m.reserved
    FROM ${ended} WHERE m.reserved IS NOT NULL
)`;
}
