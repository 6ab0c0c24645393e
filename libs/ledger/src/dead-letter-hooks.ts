import { type Database, type Statement } from '#database';

/** By tenant ($1: names, $2: URLs, $3: origins); who is not among them has none any more. */
const KEEP_HOOKS: Statement = {
  name: 'keep-dead-letter-hooks',
  text: `
WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w(tenant_id, url, origin)),
gone AS (DELETE FROM dead_letter_hooks h WHERE h.tenant_id <> ALL($1::text[]))
INSERT INTO dead_letter_hooks (tenant_id, url, origin) SELECT * FROM wanted
ON CONFLICT (tenant_id) DO UPDATE SET url = excluded.url, origin = excluded.origin`,
};

/** Where the dead letters of tenants are told: a copy of the configuration, for the trigger that writes the outbox. */
export class DeadLetterHooks {
  constructor(private readonly database: Database) {}

  /** @throws AppError database_unavailable */
  async keep(urls: Readonly<Record<string, string>>): Promise<void> {
    const tenants = Object.keys(urls);
    const all = Object.values(urls);
    const origins = all.map((url) => new URL(url).origin);
    await this.database.query(KEEP_HOOKS, [tenants, all, origins]);
  }
}
