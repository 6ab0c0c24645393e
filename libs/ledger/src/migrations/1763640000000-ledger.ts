import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The first ledger: messages, replies, provider calls, dead letters, conversations, leases, facts. */
export class Ledger1763640000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE facts, leases, dead_letters, provider_calls, replies, messages, conversations',
    );
  }
}

const UP = [
  `CREATE TABLE conversations (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    title text NOT NULL DEFAULT '',
    context text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'active',
    priority smallint NOT NULL DEFAULT 3,
    metadata jsonb NOT NULL DEFAULT '{}',
    turns int NOT NULL DEFAULT 0,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    last_active_at timestamptz(3) NOT NULL DEFAULT now(),
    completed_at timestamptz(3)
  )`,
  `CREATE INDEX conversations_by_user ON conversations (tenant_id, user_id, created_at, id)`,
  `CREATE INDEX conversations_by_time ON conversations (tenant_id, created_at, id)`,

  `CREATE TABLE messages (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    conversation_id text COLLATE "C",
    turn int,
    content text NOT NULL,
    priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
    status text NOT NULL DEFAULT 'pending',
    metadata jsonb NOT NULL DEFAULT '{}',
    attempt int NOT NULL DEFAULT 0,
    retry_count int NOT NULL DEFAULT 0,
    worker_losses int NOT NULL DEFAULT 0,
    max_retries int NOT NULL,
    timeout_ms int NOT NULL,
    request_id text NOT NULL,
    cancel_requested boolean NOT NULL DEFAULT false,
    error_code text,
    error_message text,
    worker_id text,
    lease_until timestamptz(3),
    retry_at timestamptz(3),
    enqueued_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    started_at timestamptz(3),
    completed_at timestamptz(3)
  )`,
  `CREATE INDEX messages_by_time ON messages (tenant_id, created_at, id)`,
  `CREATE INDEX messages_by_user ON messages (tenant_id, user_id, created_at, id)`,
  `CREATE UNIQUE INDEX messages_by_turn ON messages (conversation_id, turn) WHERE conversation_id IS NOT NULL`,
  `CREATE INDEX messages_open_turns ON messages (conversation_id, turn)
    WHERE conversation_id IS NOT NULL AND status IN ('pending', 'queued', 'processing', 'retrying')`,
  `CREATE INDEX messages_not_enqueued ON messages (priority, id) WHERE status = 'pending' AND enqueued_at IS NULL`,
  `CREATE INDEX messages_leased ON messages (lease_until) WHERE status = 'processing'`,
  `CREATE INDEX messages_retrying ON messages (retry_at) WHERE status = 'retrying'`,

  `CREATE TABLE replies (
    message_id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    content text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    finish_reason text,
    prompt_tokens int NOT NULL,
    completion_tokens int NOT NULL,
    usage_estimated boolean NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  )`,

  `CREATE TABLE provider_calls (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    attempt int NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    state text NOT NULL DEFAULT 'sent',
    error_code text,
    prompt_tokens int,
    completion_tokens int,
    started_at timestamptz(3) NOT NULL DEFAULT now(),
    finished_at timestamptz(3)
  )`,
  `CREATE INDEX provider_calls_by_message ON provider_calls (message_id)`,

  `CREATE TABLE dead_letters (
    message_id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    priority smallint NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    attempts int NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX dead_letters_by_time ON dead_letters (tenant_id, created_at, message_id)`,

  `CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    expires_at timestamptz(3) NOT NULL
  )`,
  `CREATE TABLE facts (
    name text PRIMARY KEY,
    value text NOT NULL
  )`,
];
