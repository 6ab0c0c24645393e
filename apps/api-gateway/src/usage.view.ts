import { type UsageQuery } from '#contracts';
import { type UsageReport, type UsageSum } from '#ledger';
import { moneyView } from './money.view.js';

/** What the calls of a tenant have used: times in their order, everything else by what it cost. */
export function usageView({ group_by, from, to }: UsageQuery, { groups, total, hasMore }: UsageReport) {
  const shown = [...groups].toSorted(group_by === 'day' || group_by === 'hour' ? byKey : byUse);
  return {
    group_by,
    from: from.toISOString(),
    to: to.toISOString(),
    groups: shown.map(([key, sum]) => ({ key, ...sumView(sum) })),
    has_more: hasMore,
    total: sumView(total),
  };
}

type Group = readonly [string | null, UsageSum];

function byKey([a]: Group, [b]: Group): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

function byUse([, a]: Group, [, b]: Group): number {
  return paid(b) - paid(a) || b.calls - a.calls;
}

/** Amounts of several currencies are only added up to put groups in order. */
function paid({ costs }: UsageSum): number {
  return costs.reduce((sum, { millionths }) => sum + millionths, 0);
}

function sumView(sum: UsageSum) {
  return {
    calls: sum.calls,
    failed_calls: sum.failed,
    estimated_calls: sum.estimated,
    unknown_calls: sum.unknown,
    prompt_tokens: sum.promptTokens,
    completion_tokens: sum.completionTokens,
    total_tokens: sum.promptTokens + sum.completionTokens,
    cached_tokens: sum.cachedTokens,
    ...moneyView(sum.costs),
  };
}
