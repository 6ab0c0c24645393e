import { type Database, type Query } from '#database';
import { type BudgetRow, FOLD_BUDGETS, LOCK_BUDGETS, SELECT_BUDGETS } from './sql/budgets.js';

export const BUDGET_SPANS = ['day', 'month'] as const;
export type BudgetSpan = (typeof BUDGET_SPANS)[number];

/** How much may be spent, in millionths of the unit by which currencies are compared. */
export interface BudgetLimit {
  readonly of: 'tenant' | 'user';
  readonly span: BudgetSpan;
  readonly limit: number;
}

export interface BudgetUse {
  readonly used: number;
  /** By messages that have not ended. */
  readonly reserved: number;
}

/** Whose budgets they are. */
export interface Spender {
  readonly tenant_id: string;
  readonly user_id: string;
}

/** A message to be accepted: what it is expected to cost, and the budgets that must bear it. */
export interface Spending extends Spender {
  readonly reserved?: number;
  readonly budgets?: readonly BudgetLimit[];
}

const NOTHING: BudgetUse = { used: 0, reserved: 0 };

/** From so many changes on they are added up: reading them costs each message that is accepted. */
const MANY_CHANGES = 64;

/** What is used and reserved of some budgets, today and in this month. */
export class BudgetBook {
  readonly #uses = new Map<string, { used: number; reserved: number }>();
  readonly #changes: number;

  constructor(rows: readonly BudgetRow[]) {
    for (const { tenant_id, user_id, span, used, reserved } of rows)
      this.#uses.set(keyOf(tenant_id, user_id, span), { used, reserved });
    this.#changes = Math.max(0, ...rows.map(({ changes }) => changes));
  }

  /** With a plain query, or within a transaction. */
  static async read(query: Query, spenders: readonly Spender[]): Promise<BudgetBook> {
    const tenants = spenders.flatMap(({ tenant_id }) => [tenant_id, tenant_id]);
    const users = spenders.flatMap(({ user_id }) => ['', user_id]);
    return new BudgetBook(await query<BudgetRow>(SELECT_BUDGETS, [tenants, users]));
  }

  get isLong(): boolean {
    return this.#changes >= MANY_CHANGES;
  }

  of(spender: Spender, { of, span }: Pick<BudgetLimit, 'of' | 'span'>): BudgetUse {
    return this.#uses.get(keyOf(spender.tenant_id, of === 'user' ? spender.user_id : '', span)) ?? NOTHING;
  }

  /** The budget that cannot bear the message; undefined: all can. What is free is always borne. */
  exhausted(spending: Spending): BudgetLimit | undefined {
    const { reserved = 0, budgets = [] } = spending;
    if (reserved === 0) return undefined;
    return budgets.find((budget) => {
      const use = this.of(spending, budget);
      return use.used + use.reserved + reserved > budget.limit;
    });
  }

  /** Whether all of its budgets can bear the message; then it is reserved. */
  reserve(spending: Spending): boolean {
    if (this.exhausted(spending)) return false;
    for (const of of ['tenant', 'user'] as const)
      for (const span of BUDGET_SPANS) this.#add(spending, of, span);
    return true;
  }

  #add({ tenant_id, user_id, reserved = 0 }: Spending, of: BudgetLimit['of'], span: BudgetSpan): void {
    const key = keyOf(tenant_id, of === 'user' ? user_id : '', span);
    const use = this.#uses.get(key) ?? NOTHING;
    this.#uses.set(key, { ...use, reserved: use.reserved + reserved });
  }
}

/**
 * Accepts those of some messages that their budgets can bear: `insert` is given them, in a transaction in which nobody else
 * accepts messages of the same tenants. So no two processes ever spend the same amount.
 */
export async function withinBudgets<R extends Spending, T>(
  database: Database,
  rows: readonly R[],
  insert: (query: Query, rows: readonly R[]) => Promise<T>,
): Promise<T> {
  const tenants = [...new Set(rows.map(({ tenant_id }) => tenant_id))];
  return database.transaction(async (query) => {
    await query(LOCK_BUDGETS, [tenants]);
    const book = await BudgetBook.read(query, rows);
    if (book.isLong) await query(FOLD_BUDGETS, [tenants]);
    return insert(
      query,
      rows.filter((row) => book.reserve(row)),
    );
  });
}

function keyOf(tenantId: string, userId: string, span: BudgetSpan): string {
  return `${tenantId}\n${userId}\n${span}`;
}
