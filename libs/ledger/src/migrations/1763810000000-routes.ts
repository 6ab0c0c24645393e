import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Where else a message may go, and what it asks of the model. */
export class Routes1763810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE messages
  ADD COLUMN targets jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN target smallint NOT NULL DEFAULT 0,
  ADD COLUMN diversions smallint NOT NULL DEFAULT 0,
  ADD COLUMN options jsonb,
  ADD COLUMN routing jsonb`);
    await runner.query(`
CREATE INDEX messages_to_divert ON messages (lane, priority, id)
 WHERE status IN ('pending', 'queued') AND jsonb_array_length(targets) > 1`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX messages_to_divert');
    await runner.query(`
ALTER TABLE messages
  DROP COLUMN targets, DROP COLUMN target, DROP COLUMN diversions, DROP COLUMN options, DROP COLUMN routing`);
  }
}
