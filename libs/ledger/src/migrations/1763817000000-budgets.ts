import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What is used and reserved of the budgets of tenants and users, in millionths of the unit by which currencies are compared:
 * the sums, and the changes that are not in them yet. A user of '' is the tenant as a whole.
 */
export class Budgets1763817000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE budget_changes, budget_use');
    await runner.query('ALTER TABLE messages DROP COLUMN reserved');
  }
}

const UP = [
  `ALTER TABLE messages ADD COLUMN reserved numeric`,
  `CREATE TABLE budget_use (
    tenant_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    span text NOT NULL,
    bucket date NOT NULL,
    used numeric NOT NULL,
    reserved numeric NOT NULL,
    PRIMARY KEY (tenant_id, user_id, span, bucket)
  )`,
  `CREATE TABLE budget_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    used numeric NOT NULL,
    reserved numeric NOT NULL
  )`,
  `CREATE INDEX budget_changes_by_tenant ON budget_changes (tenant_id)`,
];
