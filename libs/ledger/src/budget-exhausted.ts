import { AppError } from '#contracts';
import { type Database } from '#database';
import { BudgetBook, type BudgetLimit, type BudgetSpan } from './budgets.js';
import { type NewMessageRow } from './sql/insert-messages.js';

const MILLIONTHS = 1_000_000;

/** Nobody is told to wait longer, however far away the next day is. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Why a message was not accepted, if its budgets are why. */
export async function budgetExhausted(database: Database, row: NewMessageRow): Promise<AppError | undefined> {
  if (!row.budgets || row.budgets.length === 0) return undefined;
  const book = await BudgetBook.read(database.query.bind(database), [row]);
  // Without a conversation nothing else can have kept it out, though the budget may have room again by now.
  const budget = book.exhausted(row) ?? (row.conversation_id === null ? row.budgets[0] : undefined);
  return budget && refusal(budget, book, row);
}

function refusal(budget: BudgetLimit, book: BudgetBook, row: NewMessageRow): AppError {
  const { used, reserved } = book.of(row, budget);
  const now = new Date();
  const resetsAt = nextReset(budget.span, now);
  const amounts = `${amount(used)} of ${amount(budget.limit)} are used and ${amount(reserved)} reserved`;
  const message = `${amounts}, and this message may cost ${amount(row.reserved ?? 0)}; it begins anew at ${resetsAt.toISOString()}`;
  const field = `${budget.of === 'user' ? 'user_budget' : 'budget'}.${budget.span}`;
  return new AppError('budget_exhausted', `The ${budget.of}'s budget of the ${budget.span}: ${message}`, {
    fields: [{ field, message }],
    retryAfterMs: Math.min(MAX_RETRY_AFTER_MS, resetsAt.getTime() - now.getTime()),
  });
}

/** When the running day or month (UTC) is over. */
export function nextReset(span: BudgetSpan, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return new Date(span === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1));
}

function amount(millionths: number): string {
  return String(Number((millionths / MILLIONTHS).toFixed(6)));
}
