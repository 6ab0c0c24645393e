import { type ResourceStats, type ResourceStatus } from '#contracts';

/** The resources of one status and type. */
export interface CountRow {
  readonly status: ResourceStatus;
  readonly type: string;
  readonly count: number;
  /** Their loads, added up. */
  readonly load: number;
  readonly allocations: number;
}

export function sumCounts(rows: readonly CountRow[], waiting: number): ResourceStats {
  const statuses = { available: 0, busy: 0, offline: 0, error: 0 };
  const byType = new Map<string, number>();
  let allocations = 0;
  let load = 0;
  for (const row of rows) {
    statuses[row.status] += row.count;
    byType.set(row.type, (byType.get(row.type) ?? 0) + row.count);
    allocations += row.allocations;
    if (row.status === 'available' || row.status === 'busy') load += row.load;
  }
  const working = statuses.available + statuses.busy;
  const averageLoad = working === 0 ? 0 : load / working;
  return { statuses, byType: Object.fromEntries(byType), averageLoad, allocations, waiting };
}
