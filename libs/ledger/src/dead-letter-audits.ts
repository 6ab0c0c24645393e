import { type DeadLetterAudit, type ListDeadLetterAudit } from '#contracts';
import { type Database } from '#database';
import { type DeadLetterAuditRow } from './entities/dead-letter-audit.entity.js';
import { type Page } from './page.js';
import { camelCased, toPriorityName } from './rows.js';
import * as sql from './sql/dead-letter-statements.js';

/** The record of what was done with dead letters, newest first. */
export class DeadLetterAudits {
  constructor(private readonly database: Database) {}

  list(
    tenantId: string,
    { message_id, redrive_id, after, limit }: ListDeadLetterAudit,
  ): Promise<Page<DeadLetterAudit>> {
    return this.database.answer(async () => {
      const values = [tenantId, message_id ?? null, redrive_id ?? null, after ?? null, limit + 1];
      const rows = await this.database.query<Record<string, unknown>>(sql.SELECT_AUDIT, values);
      const items = rows.slice(0, limit).map(toAudit);
      const next = rows.length > limit ? items.at(-1)!.id : null;
      return { items, next, total: null, page: null, pageSize: limit };
    });
  }

  /** Forgets audits and ended redrives that are older than `ageMs`, at most `limit` of each. */
  async forget(ageMs: number, limit: number): Promise<void> {
    await this.database.query(sql.FORGET_AUDIT, [ageMs, limit]);
  }
}

function toAudit(columns: Record<string, unknown>): DeadLetterAudit {
  const { tenantId: _, priority, ...row } = camelCased(columns) as unknown as DeadLetterAuditRow;
  return { ...row, id: String(row.id), priority: toPriorityName(priority) };
}
