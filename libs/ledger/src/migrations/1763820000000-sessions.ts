import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Sessions, and the last number that each tenant has given to one. */
export class Sessions1763820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE session_numbers, sessions');
  }
}

const UP = [
  `CREATE TABLE sessions (
    tenant_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    context text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    used boolean NOT NULL DEFAULT false,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
  )`,
  `CREATE UNIQUE INDEX sessions_by_conversation ON sessions (conversation_id)`,
  `CREATE INDEX sessions_by_time ON sessions (tenant_id, created_at, id)`,
  `CREATE INDEX sessions_unused ON sessions (updated_at) WHERE NOT used`,
  `CREATE TABLE session_numbers (
    tenant_id text COLLATE "C" PRIMARY KEY,
    last int NOT NULL
  )`,
];
