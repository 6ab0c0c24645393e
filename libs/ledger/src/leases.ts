import { type Database } from '#database';

const TAKE = {
  name: 'take-lease',
  text: `
INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, now() + $3 * interval '1 ms')
ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = excluded.expires_at
  WHERE leases.holder = $2 OR leases.expires_at < now()
RETURNING holder`,
};

const GIVE = { name: 'give-lease', text: 'DELETE FROM leases WHERE name = $1 AND holder = $2' };

/** Leases by the database's clock: at most one process holds a name at a time. */
export class Leases {
  constructor(private readonly database: Database) {}

  /** Takes or renews; false while another process holds it. */
  async take(name: string, holder: string, forMs: number): Promise<boolean> {
    return (await this.database.query(TAKE, [name, holder, forMs])).length === 1;
  }

  async give(name: string, holder: string): Promise<void> {
    await this.database.query(GIVE, [name, holder]);
  }
}
