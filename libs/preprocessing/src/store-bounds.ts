import { AppError } from '#contracts';

/** The checks of the migration that hold the bounds, by their names. */
const BOUNDS: Readonly<Record<string, string>> = {
  at_most_500_rules: 'There are 500 rules already; delete some, or put several patterns into one: a|b',
  rules_cost_at_most_25000:
    'The rules are too much work in all: the steps of their patterns and 10 for each condition come to more than 25,000; use simpler patterns',
  at_most_100000_users: '100,000 users have a priority already; delete some',
};

/** Does a write; one that would break a bound fails with `limit_reached`. */
export async function withinBounds<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { constraint } = error as { constraint?: string };
    const reason = constraint === undefined ? undefined : BOUNDS[constraint];
    throw reason === undefined ? error : new AppError('limit_reached', reason);
  }
}
