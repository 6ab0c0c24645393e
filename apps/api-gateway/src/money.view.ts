import { type Cost } from '#contracts';

const MILLIONTHS = 1_000_000;

/** What something cost: one amount where it was paid in one currency, and always each currency by itself. */
export function moneyView(costs: readonly Cost[]) {
  const [first, ...others] = costs;
  const one = others.length === 0;
  return {
    cost: one ? (first ? first.millionths / MILLIONTHS : 0) : null,
    currency: one ? (first?.currency ?? null) : null,
    costs: Object.fromEntries(costs.map(({ currency, millionths }) => [currency, millionths / MILLIONTHS])),
  };
}
