import { nextReset } from '#ledger';
import { type BudgetStatus } from './budget-board.js';

const MILLIONTHS = 1_000_000;

/** In the unit by which currencies are compared. */
export function budgetsView(budgets: readonly BudgetStatus[], now: Date) {
  return {
    budgets: budgets.map(({ budget: { of, span, limit }, use: { used, reserved } }) => ({
      of,
      span,
      limit: limit / MILLIONTHS,
      used: used / MILLIONTHS,
      reserved: reserved / MILLIONTHS,
      remaining: Math.max(0, limit - used - reserved) / MILLIONTHS,
      resets_at: nextReset(span, now).toISOString(),
    })),
  };
}
