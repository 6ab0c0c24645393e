import { type Database } from '#database';
import { withDeadline } from '#runtime';

/** Some million calls take a second or two. */
const PATIENCE_MS = 5_000;

/** How the calls of a tenant to one provider ended. */
export interface CallOutcome {
  readonly rateLimited: number;
  /** Of those that went well; undefined: there were none. */
  readonly meanMs: number | undefined;
}

interface OutcomeRow extends Record<string, unknown> {
  readonly provider: string;
  readonly rate_limited: number;
  readonly mean_ms: number | null;
}

/** By provider, of the calls of a tenant ($1) since then ($2). */
const SELECT_OUTCOMES = {
  name: 'select-call-outcomes',
  text: `
SELECT provider, (count(*) FILTER (WHERE error_code = 'provider_rate_limited'))::int AS rate_limited,
       (avg(extract(epoch FROM finished_at - started_at)) FILTER (WHERE state = 'completed'))::float8 * 1000 AS mean_ms
  FROM provider_calls WHERE tenant_id = $1 AND started_at >= $2 GROUP BY 1`,
};

/** How calls to providers have ended of late. */
export class CallOutcomes {
  constructor(private readonly database: Database) {}

  /** @throws AppError database_unavailable */
  async since(tenantId: string, time: Date): Promise<ReadonlyMap<string, CallOutcome>> {
    const read = this.database.query<OutcomeRow>(SELECT_OUTCOMES, [tenantId, time]);
    const rows = await withDeadline(read, PATIENCE_MS, 'database_unavailable', 'Counting the calls');
    return new Map(
      rows.map(({ provider, rate_limited, mean_ms }) => [
        provider,
        { rateLimited: rate_limited, meanMs: mean_ms ?? undefined },
      ]),
    );
  }
}
