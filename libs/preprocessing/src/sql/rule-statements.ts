import { type Statement } from '#database';

/** A rule as it lies in the ledger. */
export interface RuleRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly label: string;
  readonly pattern: string | null;
  readonly conditions: unknown;
  readonly priority: number;
  readonly position: number;
  readonly enabled: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/**
 * Each change of a rule and the count of its tenant are one statement. The rule comes first, so that two changes
 * lock in the same order; the checks on the counts refuse what is over the bounds.
 */

/** $1: id, $2: tenant, $3: label, $4: pattern, $5: conditions, $6: priority, $7: position, $8: enabled, $9: cost. */
export const INSERT_RULE: Statement = {
  name: 'insert-priority-rule',
  text: `
WITH rule AS (
  INSERT INTO priority_rules (id, tenant_id, label, pattern, conditions, priority, position, enabled, cost)
  VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)
  RETURNING *
), counted AS (
  INSERT INTO preprocessing_states AS s (tenant_id, rules, rules_cost, rules_version)
  SELECT tenant_id, 1, cost, 1 FROM rule
      ON CONFLICT (tenant_id) DO UPDATE
     SET rules = s.rules + 1, rules_cost = s.rules_cost + excluded.rules_cost, rules_version = s.rules_version + 1
)
SELECT * FROM rule`,
};

/** The parameters of INSERT_RULE; no row: there is no such rule. */
export const REPLACE_RULE: Statement = {
  name: 'replace-priority-rule',
  text: `
WITH before AS MATERIALIZED (
  SELECT id, cost FROM priority_rules WHERE tenant_id = $2 AND id = $1 FOR UPDATE
), rule AS (
  UPDATE priority_rules r
     SET label = $3, pattern = $4, conditions = $5::jsonb, priority = $6, position = $7, enabled = $8, cost = $9,
         updated_at = now()
    FROM before WHERE r.id = before.id
  RETURNING r.*
), counted AS (
  UPDATE preprocessing_states s
     SET rules_cost = s.rules_cost + $9 - before.cost, rules_version = s.rules_version + 1
    FROM before WHERE s.tenant_id = $2
)
SELECT * FROM rule`,
};

/** $1: id, $2: tenant; no row: there is no such rule. */
export const DELETE_RULE: Statement = {
  name: 'delete-priority-rule',
  text: `
WITH gone AS (
  DELETE FROM priority_rules WHERE tenant_id = $2 AND id = $1 RETURNING id, cost
), counted AS (
  UPDATE preprocessing_states s
     SET rules = s.rules - 1, rules_cost = s.rules_cost - gone.cost, rules_version = s.rules_version + 1
    FROM gone WHERE s.tenant_id = $2
)
SELECT id FROM gone`,
};

/** The rules of a tenant ($1) in the order in which they are tried. */
export const SELECT_RULES: Statement = {
  name: 'select-priority-rules',
  text: 'SELECT * FROM priority_rules WHERE tenant_id = $1 ORDER BY position, id',
};

/** $1: id, $2: tenant. */
export const SELECT_RULE: Statement = {
  name: 'select-priority-rule',
  text: 'SELECT * FROM priority_rules WHERE tenant_id = $2 AND id = $1',
};

/** What every gateway asks once a second: which tenants have something, and in which version. */
export const SELECT_STATES: Statement = {
  name: 'select-preprocessing-states',
  text: `
SELECT tenant_id, rules, rules_version, users, users_version
  FROM preprocessing_states WHERE rules > 0 OR users > 0`,
};
