import { type Database } from '#database';

const READ = { name: 'read-fact', text: 'SELECT value FROM facts WHERE name = $1' };
const WRITE = {
  name: 'write-fact',
  text: 'INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2',
};

/** Writes ($3) only over what was read ($2; null: nothing), so that of two that change a fact at once none is lost. */
const REPLACE = {
  name: 'replace-fact',
  text: `
WITH updated AS (UPDATE facts SET value = $3 WHERE name = $1 AND value = $2 RETURNING name),
added AS (INSERT INTO facts (name, value) SELECT $1, $3 WHERE $2::text IS NULL ON CONFLICT DO NOTHING RETURNING name)
SELECT name FROM updated UNION ALL SELECT name FROM added`,
};

/** Small things that the system must remember about itself. */
export class Facts {
  constructor(private readonly database: Database) {}

  async read(name: string): Promise<string | undefined> {
    return (await this.database.query<{ value: string }>(READ, [name]))[0]?.value;
  }

  async write(name: string, value: string): Promise<void> {
    await this.database.query(WRITE, [name, value]);
  }

  /** False when it is not `before` any more: read it again. */
  async replace(name: string, before: string | undefined, after: string): Promise<boolean> {
    return (await this.database.query(REPLACE, [name, before ?? null, after])).length === 1;
  }
}
