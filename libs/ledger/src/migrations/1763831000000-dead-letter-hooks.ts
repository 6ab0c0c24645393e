import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Where each tenant wants to hear of its dead letters, and the outbox rows that tell of them. */
export class DeadLetterHooks1763831000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

/** In the transaction that buries the message, as callbacks are written in the one that moves it. */
const TELL_DEAD_LETTER = `
CREATE FUNCTION tell_dead_letter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  number bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM dead_letter_hooks h WHERE h.tenant_id = NEW.tenant_id) THEN RETURN NULL; END IF;
  number := nextval('callback_deliveries_seq');
  INSERT INTO callback_deliveries
    (id, seq, tenant_id, message_id, event, status, progress, error_code, error_message, origin, url)
  SELECT
    'dlv_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
      || '7' || lpad(to_hex(number % 4096), 3, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 17),
    number, NEW.tenant_id, NEW.message_id, 'dead', m.status, m.progress, NEW.code, NEW.reason, h.origin, h.url
    FROM dead_letter_hooks h JOIN messages m ON m.id = NEW.message_id WHERE h.tenant_id = NEW.tenant_id;
  RETURN NULL;
END $$`;

const UP = [
  `CREATE TABLE dead_letter_hooks (tenant_id text PRIMARY KEY, url text NOT NULL, origin text NOT NULL)`,
  TELL_DEAD_LETTER,
  `CREATE TRIGGER tell_dead_letter AFTER INSERT ON dead_letters FOR EACH ROW EXECUTE FUNCTION tell_dead_letter()`,
];

const DOWN = [
  `DROP TRIGGER tell_dead_letter ON dead_letters`,
  `DROP FUNCTION tell_dead_letter`,
  `DROP TABLE dead_letter_hooks`,
];
