import { type Catalogs } from '#catalog';
import { type TenantPolicy, type TenantSettings } from '#config';
import { type Target } from '#contracts';
import { BUDGET_SPANS, type BudgetLimit } from '#ledger';
import { type Expected } from './find-route.js';

const MILLIONTHS = 1_000_000;

/** What a message is expected to cost, and the budgets that must bear it. */
export class Spending {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly tenants: TenantSettings,
  ) {}

  /** Nothing where the tenant has no budgets. */
  of(tenantId: string, expected: Expected, target: Target) {
    const budgets = limitsOf(this.tenants.policyOf(tenantId));
    if (budgets.length === 0) return {};
    return { budgets, reserved: this.catalogs.now.chargeFor(target, expected)?.worth ?? 0 };
  }
}

/** The budgets of a tenant and of each of its users. */
export function limitsOf({ budget, user_budget }: TenantPolicy): readonly BudgetLimit[] {
  if (!budget && !user_budget) return [];
  return BUDGET_SPANS.flatMap((span) => [
    ...limit('tenant', span, budget?.[span]),
    ...limit('user', span, user_budget?.[span]),
  ]);
}

function limit(of: BudgetLimit['of'], span: BudgetLimit['span'], amount: number | undefined): BudgetLimit[] {
  return amount === undefined ? [] : [{ of, span, limit: Math.round(amount * MILLIONTHS) }];
}
