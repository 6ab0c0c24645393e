import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Tasks: where their events are sent, how far they are, and the outbox of the events that are yet to be delivered. */
export class Tasks1763822000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

/**
 * Writes the outbox in the transaction that moves a message, whichever statement that is: none of them, and none that is
 * still to be written, can end a message and forget its callback. Progress of which nobody has been told is replaced by
 * what came after it.
 */
const TELL_CALLBACK = `
CREATE FUNCTION tell_callback() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  what text := CASE
    WHEN NEW.status = 'completed' THEN 'completed'
    WHEN NEW.status IN ('failed', 'timeout', 'cancelled') THEN 'failed'
    WHEN NEW.status = 'retrying' THEN 'progress'
    WHEN NEW.status = 'processing' AND OLD.status <> 'processing' AND NEW.attempt = NEW.attempts_before + 1 THEN 'started'
    WHEN NEW.status = 'processing' AND OLD.status = 'processing' AND NEW.progress > OLD.progress THEN 'progress'
  END;
  number bigint;
BEGIN
  IF what IS NULL THEN RETURN NULL; END IF;
  DELETE FROM callback_deliveries d
   WHERE d.message_id = NEW.id AND d.event = 'progress' AND d.state = 'pending' AND d.attempts = 0;
  number := nextval('callback_deliveries_seq');
  INSERT INTO callback_deliveries
    (id, seq, tenant_id, message_id, event, status, progress, error_code, error_message, origin, url)
  VALUES (
    'dlv_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
      || '7' || lpad(to_hex(number % 4096), 3, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 17),
    number, NEW.tenant_id, NEW.id, what, NEW.status, NEW.progress, NEW.error_code, NEW.error_message,
    NEW.callback ->> 'origin', NEW.callback ->> 'url');
  RETURN NULL;
END $$`;

const UP = [
  `ALTER TABLE messages ADD COLUMN callback jsonb, ADD COLUMN progress smallint NOT NULL DEFAULT 0`,
  // What is a task is found without reading what is none.
  `CREATE INDEX messages_tasks ON messages (tenant_id, created_at, id) WHERE (options ->> 'task_type') IS NOT NULL`,

  `CREATE SEQUENCE callback_deliveries_seq`,
  `CREATE TABLE callback_deliveries (
    id text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL,
    tenant_id text NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    event text NOT NULL,
    status text NOT NULL,
    progress smallint NOT NULL,
    error_code text,
    error_message text,
    origin text COLLATE "C" NOT NULL,
    url text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts int NOT NULL DEFAULT 0,
    tries int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    last_status int,
    last_error text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    delivered_at timestamptz(3)
  )`,
  `CREATE INDEX callback_deliveries_due ON callback_deliveries (origin, due_at) WHERE state = 'pending'`,
  `CREATE INDEX callback_deliveries_by_message ON callback_deliveries (message_id, seq)`,
  `CREATE INDEX callback_deliveries_by_time ON callback_deliveries (tenant_id, created_at, id)`,
  `CREATE INDEX callback_deliveries_over ON callback_deliveries (created_at) WHERE state <> 'pending'`,

  TELL_CALLBACK,
  `CREATE TRIGGER tell_callback AFTER UPDATE OF status, progress ON messages FOR EACH ROW
    WHEN (NEW.callback IS NOT NULL
      AND (NEW.status IS DISTINCT FROM OLD.status OR NEW.progress IS DISTINCT FROM OLD.progress))
    EXECUTE FUNCTION tell_callback()`,
];

const DOWN = [
  `DROP TRIGGER tell_callback ON messages`,
  `DROP FUNCTION tell_callback`,
  `DROP TABLE callback_deliveries`,
  `DROP SEQUENCE callback_deliveries_seq`,
  `DROP INDEX messages_tasks`,
  `ALTER TABLE messages DROP COLUMN callback, DROP COLUMN progress`,
];
