import { type SpentUsage, USAGE_GROUPS, type UsageGroup, type UsageQuery } from '#contracts';
import { type Database, type Statement } from '#database';
import { withDeadline } from '#runtime';
import { selectUsage, type UsageRow } from './sql/usage.js';

/** Most groups of an answer. */
const MAX_GROUPS = 1_000;

/** Some million calls take a second or two. */
const PATIENCE_MS = 5_000;

/** What some calls have used. */
export interface UsageSum extends Omit<SpentUsage, 'estimated'> {
  readonly failed: number;
  /** Calls whose tokens are our estimate. */
  readonly estimated: number;
  /** Calls that never ended, or have not yet: what they used is not known. */
  readonly unknown: number;
}

export interface UsageReport {
  /** By their keys; null: it was not written down. */
  readonly groups: ReadonlyMap<string | null, UsageSum>;
  readonly total: UsageSum;
  /** There are more groups, which cost less. */
  readonly hasMore: boolean;
}

const STATEMENTS = Object.fromEntries(USAGE_GROUPS.map((group) => [group, selectUsage(group)])) as Record<
  UsageGroup,
  Statement
>;

/** What calls to providers have used and cost, always from the ledger. */
export class UsageReader {
  constructor(private readonly database: Database) {}

  /** @throws AppError database_unavailable */
  async of(tenantId: string, query: UsageQuery): Promise<UsageReport> {
    const { group_by, from, to, user_id = null, provider = null } = query;
    const values = [tenantId, from, to, user_id, provider, MAX_GROUPS + 1];
    const read = this.database.query<UsageRow>(STATEMENTS[group_by], values);
    return reportOf(await withDeadline(read, PATIENCE_MS, 'database_unavailable', 'Adding up the usage'));
  }
}

function reportOf(rows: readonly UsageRow[]): UsageReport {
  const byKey = [
    ...Map.groupBy(
      rows.filter(({ whole }) => !whole),
      ({ key }) => key,
    ),
  ];
  const sums = byKey.map(([key, found]): [string | null, UsageSum] => [key, sumOf(found)]);
  return {
    groups: new Map(sums.slice(0, MAX_GROUPS)),
    total: sumOf(rows.filter(({ whole }) => whole)),
    hasMore: sums.length > MAX_GROUPS,
  };
}

/** The rows of one group, one for each currency, as one. */
function sumOf(rows: readonly UsageRow[]): UsageSum {
  const sum = (of: (row: UsageRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    calls: sum(({ calls }) => calls),
    failed: sum(({ failed }) => failed),
    estimated: sum(({ estimated }) => estimated),
    unknown: sum(({ unknown }) => unknown),
    promptTokens: sum((row) => row.prompt_tokens),
    completionTokens: sum((row) => row.completion_tokens),
    cachedTokens: sum((row) => row.cached_tokens),
    costs: rows.flatMap(({ currency, cost }) => (currency === null ? [] : [{ currency, millionths: cost }])),
  };
}
