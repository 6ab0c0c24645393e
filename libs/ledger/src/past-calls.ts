import { type Database } from '#database';
import { withDeadline } from '#runtime';

/** Calls of one account and key that began at about the same time. */
export interface CallsThen extends Record<string, unknown> {
  readonly provider: string;
  /** Null: the provider asks for none. */
  readonly key_id: string | null;
  /** Epoch ms: to the second in the last two minutes, before that to the minute. */
  readonly at_ms: number;
  readonly requests: number;
  readonly tokens: number;
}

/** The calls of the last day to some providers ($1), as far as they were really made. */
const SELECT_PAST_CALLS = {
  name: 'select-past-calls',
  text: `
SELECT provider, key_id, extract(epoch FROM at)::float8 * 1000 AS at_ms, count(*)::int AS requests,
       sum(tokens)::float8 AS tokens
  FROM (SELECT provider, key_id, coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) AS tokens,
               CASE WHEN started_at > now() - interval '2 minutes' THEN date_trunc('second', started_at)
                    ELSE date_trunc('minute', started_at) END AS at
          FROM provider_calls
         WHERE started_at > now() - interval '1 day' AND endpoint IS NOT NULL AND state <> 'cached'
           AND provider = ANY ($1::text[])) calls
 GROUP BY 1, 2, 3`,
};

const PATIENCE_MS = 5_000;

/** What the ledger knows of how often providers were called. */
export class PastCalls {
  constructor(private readonly database: Database) {}

  /** @throws AppError database_unavailable */
  of(providers: readonly string[]): Promise<CallsThen[]> {
    const read = this.database.query<CallsThen>(SELECT_PAST_CALLS, [providers]);
    return withDeadline(read, PATIENCE_MS, 'database_unavailable', 'Reading the calls of the last day');
  }
}
