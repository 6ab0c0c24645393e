import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Dead letters that can be searched and sent back: their lane and conversation, redrives, the record of both. */
export class DeadLetters1763770000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `ALTER TABLE messages ADD COLUMN attempts_before int NOT NULL DEFAULT 0`,
  `ALTER TABLE conversations ADD COLUMN vacated_turns int NOT NULL DEFAULT 0`,

  `ALTER TABLE dead_letters
    ADD COLUMN lane text NOT NULL DEFAULT '',
    ADD COLUMN conversation_id text COLLATE "C"`,
  `UPDATE dead_letters d SET lane = m.lane, conversation_id = m.conversation_id
    FROM messages m WHERE m.id = d.message_id`,
  `ALTER TABLE dead_letters ALTER COLUMN lane DROP DEFAULT`,
  `CREATE INDEX dead_letters_by_user ON dead_letters (tenant_id, user_id, created_at, message_id)`,
  `CREATE INDEX dead_letters_by_code ON dead_letters (tenant_id, code, created_at, message_id)`,
  `CREATE INDEX dead_letters_by_priority ON dead_letters (tenant_id, priority, created_at, message_id)`,
  `CREATE INDEX dead_letters_by_lane ON dead_letters (tenant_id, lane, created_at, message_id)`,
  `CREATE INDEX dead_letters_by_conversation ON dead_letters (conversation_id, created_at, message_id)
    WHERE conversation_id IS NOT NULL`,
  `CREATE INDEX dead_letters_by_age ON dead_letters (created_at)`,

  `CREATE TABLE redrives (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    state text NOT NULL DEFAULT 'running',
    filter jsonb NOT NULL,
    died_from timestamptz(3) NOT NULL,
    died_until timestamptz(3) NOT NULL,
    rate int NOT NULL CHECK (rate > 0),
    requested_by text NOT NULL,
    total int NOT NULL,
    requeued int NOT NULL DEFAULT 0,
    skipped int NOT NULL DEFAULT 0,
    cursor_at timestamptz(3) NOT NULL,
    cursor_id text COLLATE "C" NOT NULL DEFAULT '',
    paced_at timestamptz NOT NULL DEFAULT now(),
    error_message text,
    stopped_by text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    finished_at timestamptz(3)
  )`,
  `CREATE UNIQUE INDEX redrives_running ON redrives (tenant_id) WHERE state = 'running'`,
  `CREATE INDEX redrives_by_time ON redrives (tenant_id, created_at, id)`,

  `CREATE TABLE dead_letter_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    action text NOT NULL,
    by text,
    redrive_id text COLLATE "C",
    user_id text NOT NULL,
    conversation_id text COLLATE "C",
    priority smallint NOT NULL,
    lane text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    attempts int NOT NULL,
    failed_at timestamptz(3) NOT NULL,
    at timestamptz(3) NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX dead_letter_audit_by_tenant ON dead_letter_audit (tenant_id, id)`,
  `CREATE INDEX dead_letter_audit_by_message ON dead_letter_audit (tenant_id, message_id, id)`,
  `CREATE INDEX dead_letter_audit_by_redrive ON dead_letter_audit (tenant_id, redrive_id, id)
    WHERE redrive_id IS NOT NULL`,
  `CREATE INDEX dead_letter_audit_by_age ON dead_letter_audit (at)`,
];

const DOWN = [
  `DROP TABLE dead_letter_audit, redrives`,
  `DROP INDEX dead_letters_by_age`,
  `DROP INDEX dead_letters_by_priority`,
  `DROP INDEX dead_letters_by_code`,
  `DROP INDEX dead_letters_by_user`,
  `ALTER TABLE dead_letters DROP COLUMN lane, DROP COLUMN conversation_id`,
  `ALTER TABLE conversations DROP COLUMN vacated_turns`,
  `ALTER TABLE messages DROP COLUMN attempts_before`,
];
