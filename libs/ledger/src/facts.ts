import { type Database } from '#database';

const READ = { name: 'read-fact', text: 'SELECT value FROM facts WHERE name = $1' };
const WRITE = {
  name: 'write-fact',
  text: 'INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2',
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
}
