import { type ErrorCode } from '#contracts';
import { type Database } from '#database';
import { CALL_USE, type CallUse, SET_CALL_USE } from './sql/call-use.js';

/** A call whose answer is not what was asked for, and the call that asks again. */
export interface AnotherCall {
  readonly messageId: string;
  readonly attempt: number;
  readonly ended: { readonly id: string; readonly code: ErrorCode; readonly use: CallUse };
  readonly next: { readonly id: string; readonly provider: string; readonly model: string };
}

/**
 * Closes a call ($3: id, $4: code, $5: what it used, a CallUse as JSON) and writes down the next one ($6: id, $7: provider,
 * $8: model) of the same attempt ($1: message, $2: attempt), as long as it is the current one; twice is as good as once.
 */
const ANOTHER_CALL = {
  name: 'another-call',
  text: `
WITH closed AS (
  UPDATE provider_calls SET state = 'failed', error_code = $4, finished_at = now(), ${SET_CALL_USE}
    FROM jsonb_to_record($5::jsonb) AS i(${CALL_USE})
   WHERE id = $3
), current AS MATERIALIZED (
  SELECT m.id, m.tenant_id, m.attempt FROM messages m
   WHERE m.id = $1 AND m.attempt = $2 AND m.status = 'processing' FOR UPDATE
), called AS (
  INSERT INTO provider_calls (id, tenant_id, message_id, attempt, provider, model)
  SELECT $6, c.tenant_id, c.id, c.attempt, $7, $8 FROM current c ON CONFLICT DO NOTHING
)
SELECT id FROM current`,
};

/** The calls that an attempt makes beyond the one that its claim wrote down. */
export class ProviderCalls {
  constructor(private readonly database: Database) {}

  /** False when the attempt is no longer the current one: then only the ended call was closed. */
  async another({ messageId, attempt, ended, next }: AnotherCall): Promise<boolean> {
    const closing = [ended.id, ended.code, JSON.stringify(ended.use)];
    const values = [messageId, attempt, ...closing, next.id, next.provider, next.model];
    return (await this.database.query(ANOTHER_CALL, values)).length > 0;
  }
}
