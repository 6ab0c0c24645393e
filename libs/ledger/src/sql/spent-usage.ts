/** What the calls for a message that are paid in one currency have used; null: those that were free. */
export interface SpentRow {
  readonly message_id: string;
  readonly currency: string | null;
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
  readonly estimated: boolean;
  readonly millionths: number;
}

const sum = (column: string) => `coalesce(sum(c.${column}), 0)::float8`;

/** As a JSON array of SpentRow; null: no call has ended. */
export const SPENT_ON_MESSAGE = `(SELECT jsonb_agg(s) FROM (
SELECT c.message_id, c.currency, count(*)::int AS calls, ${sum('prompt_tokens')} AS prompt_tokens,
       ${sum('completion_tokens')} AS completion_tokens, ${sum('cached_tokens')} AS cached_tokens,
       coalesce(bool_or(c.usage_estimated), false) AS estimated, ${sum('cost')} AS millionths
  FROM provider_calls c WHERE c.message_id = m.id AND c.state <> 'sent' GROUP BY 1, 2) s)`;
