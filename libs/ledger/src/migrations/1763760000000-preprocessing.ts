import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Priority rules and priorities of users, with a count and a version of both for each tenant. */
export class Preprocessing1763760000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE preprocessing_states, user_priorities, priority_rules');
  }
}

const UP = [
  `CREATE TABLE priority_rules (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    label text NOT NULL DEFAULT '',
    pattern text CHECK (length(pattern) BETWEEN 1 AND 1000),
    conditions jsonb NOT NULL DEFAULT '[]',
    priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
    position int NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    cost int NOT NULL CHECK (cost >= 0),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX priority_rules_in_order ON priority_rules (tenant_id, position, id)`,
  `CREATE TABLE user_priorities (
    tenant_id text NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
  )`,
  `CREATE TABLE preprocessing_states (
    tenant_id text PRIMARY KEY,
    rules int NOT NULL DEFAULT 0 CONSTRAINT at_most_500_rules CHECK (rules BETWEEN 0 AND 500),
    rules_cost int NOT NULL DEFAULT 0 CONSTRAINT rules_cost_at_most_25000 CHECK (rules_cost BETWEEN 0 AND 25000),
    rules_version int NOT NULL DEFAULT 0,
    users int NOT NULL DEFAULT 0 CONSTRAINT at_most_100000_users CHECK (users BETWEEN 0 AND 100000),
    users_version int NOT NULL DEFAULT 0
  )`,
];
