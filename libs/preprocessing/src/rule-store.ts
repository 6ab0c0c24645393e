import { type NewPriorityRule, type PriorityRule, priorityNumber, type RuleCondition } from '#contracts';
import { type Database } from '#database';
import { toPriorityName } from '#ledger';
import { costOf } from './rule-cost.js';
import * as sql from './sql/rule-statements.js';
import { withinBounds } from './store-bounds.js';

/** How much a tenant has stored, and which version of it. */
export interface TenantState {
  readonly rules: number;
  readonly rulesVersion: number;
  readonly users: number;
  readonly usersVersion: number;
}

interface StateRow {
  readonly tenant_id: string;
  readonly rules: number;
  readonly rules_version: number;
  readonly users: number;
  readonly users_version: number;
}

/** The priority rules in the ledger; every read and write names its tenant. */
export class RuleStore {
  constructor(private readonly database: Database) {}

  /** @throws AppError invalid_request, limit_reached, database_unavailable */
  async insert(tenantId: string, id: string, rule: NewPriorityRule): Promise<PriorityRule> {
    return toRule((await this.#write(sql.INSERT_RULE, tenantId, id, rule))[0]!);
  }

  /** Undefined when the tenant has no such rule. */
  async replace(tenantId: string, id: string, rule: NewPriorityRule): Promise<PriorityRule | undefined> {
    return (await this.#write(sql.REPLACE_RULE, tenantId, id, rule)).map(toRule)[0];
  }

  /** False when the tenant has no such rule. */
  async delete(tenantId: string, id: string): Promise<boolean> {
    return (await this.database.query(sql.DELETE_RULE, [id, tenantId])).length > 0;
  }

  async get(tenantId: string, id: string): Promise<PriorityRule | undefined> {
    return (await this.database.query<sql.RuleRow>(sql.SELECT_RULE, [id, tenantId])).map(toRule)[0];
  }

  /** In the order in which they are tried. */
  async list(tenantId: string): Promise<PriorityRule[]> {
    return (await this.database.query<sql.RuleRow>(sql.SELECT_RULES, [tenantId])).map(toRule);
  }

  /** Of every tenant that has rules or priorities of users. */
  async states(): Promise<ReadonlyMap<string, TenantState>> {
    const rows = await this.database.query<StateRow>(sql.SELECT_STATES);
    return new Map(
      rows.map(({ tenant_id, rules, rules_version, users, users_version }) => [
        tenant_id,
        { rules, rulesVersion: rules_version, users, usersVersion: users_version },
      ]),
    );
  }

  #write(
    statement: typeof sql.INSERT_RULE,
    tenantId: string,
    id: string,
    rule: NewPriorityRule,
  ): Promise<sql.RuleRow[]> {
    const { label, pattern, conditions, priority, position, enabled } = rule;
    const values = [
      id,
      tenantId,
      label,
      pattern,
      JSON.stringify(conditions),
      priorityNumber(priority),
      position,
      enabled,
      costOf(rule),
    ];
    return withinBounds(() => this.database.query<sql.RuleRow>(statement, values));
  }
}

function toRule(row: sql.RuleRow): PriorityRule {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    label: row.label,
    pattern: row.pattern,
    conditions: row.conditions as readonly RuleCondition[],
    priority: toPriorityName(row.priority),
    position: row.position,
    enabled: row.enabled,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
