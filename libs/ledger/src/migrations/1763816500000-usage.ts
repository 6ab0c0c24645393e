import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What each call used and cost, and by hour what calls that were deleted have cost. Costs are exact, in millionths of the
 * currency; `worth` is the same in the unit by which currencies are compared.
 */
export class Usage1763816500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `ALTER TABLE provider_calls
    ADD COLUMN user_id text,
    ADD COLUMN cached_tokens int,
    ADD COLUMN usage_estimated boolean,
    ADD COLUMN cost numeric,
    ADD COLUMN worth numeric,
    ADD COLUMN currency text,
    ADD COLUMN endpoint text,
    ADD COLUMN key_id text`,
  // By when they began, which never changes: closing a call writes no index.
  `CREATE INDEX provider_calls_by_time ON provider_calls (tenant_id, started_at)`,
  `CREATE TABLE usage_hours (
    tenant_id text COLLATE "C" NOT NULL,
    bucket timestamptz(0) NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    calls bigint NOT NULL,
    failed bigint NOT NULL,
    estimated bigint NOT NULL,
    unknown bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    cost numeric NOT NULL,
    worth numeric NOT NULL,
    PRIMARY KEY (tenant_id, bucket, user_id, provider, model, endpoint, key_id, currency)
  )`,
];

const DOWN = [
  'DROP TABLE usage_hours',
  'DROP INDEX provider_calls_by_time',
  `ALTER TABLE provider_calls
    DROP COLUMN user_id, DROP COLUMN cached_tokens, DROP COLUMN usage_estimated, DROP COLUMN cost,
    DROP COLUMN worth, DROP COLUMN currency, DROP COLUMN endpoint, DROP COLUMN key_id`,
];
