import { type Catalogs } from '#catalog';
import { type QueueSettings, type TenantPolicy, type TenantSettings } from '#config';
import { type Target } from '#contracts';
import { BUDGET_SPANS, type BudgetLimit } from '#ledger';
import { promptTokensOf } from './find-route.js';
import { type Task } from './tasks/task.js';

const MILLIONTHS = 1_000_000;

/** What a message is expected to cost, and the budgets that must bear it. */
export class Spending {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly tenants: TenantSettings,
    private readonly queue: QueueSettings,
  ) {}

  /** Nothing where the tenant has no budgets. */
  of(tenantId: string, task: Task, target: Target) {
    const budgets = limitsOf(this.tenants.policyOf(tenantId));
    if (budgets.length === 0) return {};
    const input = promptTokensOf(task);
    const output = task.parameters.max_tokens ?? this.queue.value.expected_output;
    return { budgets, reserved: this.catalogs.now.chargeFor(target, { input, output })?.worth ?? 0 };
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
