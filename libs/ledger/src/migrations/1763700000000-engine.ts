import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the queue engine knows of a message: lane, times, cost, idempotency; the policy of a conversation; workers. */
export class Engine1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `ALTER TABLE messages
    ADD COLUMN lane text NOT NULL DEFAULT 'simulator',
    ADD COLUMN cost int NOT NULL DEFAULT 1,
    ADD COLUMN scheduled_at timestamptz(3),
    ADD COLUMN expires_at timestamptz(3),
    ADD COLUMN idempotency_key text,
    ADD COLUMN fingerprint text`,
  `ALTER TABLE messages ALTER COLUMN lane DROP DEFAULT`,
  `CREATE UNIQUE INDEX messages_by_idempotency_key ON messages (tenant_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  `CREATE INDEX messages_by_fingerprint ON messages (tenant_id, fingerprint, created_at)
    WHERE fingerprint IS NOT NULL`,
  `CREATE INDEX messages_scheduled ON messages (scheduled_at) WHERE status = 'scheduled'`,
  `CREATE INDEX messages_expiring ON messages (expires_at)
    WHERE status IN ('pending', 'scheduled', 'queued', 'retrying')`,
  `CREATE INDEX messages_of_worker ON messages (worker_id) WHERE status = 'processing'`,
  `ALTER TABLE conversations
    ADD COLUMN on_failure text NOT NULL DEFAULT 'skip',
    ADD COLUMN blocked_by text COLLATE "C"`,
  `CREATE TABLE worker_processes (
    id text PRIMARY KEY,
    beats bigint NOT NULL DEFAULT 0,
    started_at timestamptz(3) NOT NULL DEFAULT now()
  )`,
];

const DOWN = [
  `DROP TABLE worker_processes`,
  `ALTER TABLE conversations DROP COLUMN on_failure, DROP COLUMN blocked_by`,
  `ALTER TABLE messages DROP COLUMN lane, DROP COLUMN cost, DROP COLUMN scheduled_at, DROP COLUMN expires_at,
    DROP COLUMN idempotency_key, DROP COLUMN fingerprint`,
  `DROP INDEX messages_of_worker`,
];
