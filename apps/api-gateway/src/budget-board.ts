import { type TenantSettings } from '#config';
import { type Database } from '#database';
import { BudgetBook, type BudgetLimit, type BudgetUse } from '#ledger';
import { limitsOf } from '#walk';

export interface BudgetStatus {
  readonly budget: BudgetLimit;
  readonly use: BudgetUse;
}

/** How far the budgets of a tenant are used. */
export class BudgetBoard {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantSettings,
  ) {}

  /** Without a user only those of the tenant as a whole. @throws AppError database_unavailable */
  of(tenantId: string, userId: string | undefined): Promise<BudgetStatus[]> {
    const limits = limitsOf(this.tenants.policyOf(tenantId)).filter(
      ({ of }) => of === 'tenant' || userId !== undefined,
    );
    const spender = { tenant_id: tenantId, user_id: userId ?? '' };
    return this.database.answer(async () => {
      if (limits.length === 0) return [];
      const book = await BudgetBook.read(this.database.query.bind(this.database), [spender]);
      return limits.map((budget) => ({ budget, use: book.of(spender, budget) }));
    });
  }
}
