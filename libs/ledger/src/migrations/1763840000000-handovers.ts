import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Messages that were committed together and are on their way into the schedule: `first` to `last` bounds their ids, and the
 * row goes when they are there. So that costs a row for each commit, and not an update of every message.
 */
export class Handovers1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `CREATE SEQUENCE handovers_id`,
  `CREATE TABLE handovers (
    id bigint PRIMARY KEY,
    first text COLLATE "C" NOT NULL,
    last text COLLATE "C" NOT NULL,
    messages int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `ALTER TABLE messages ADD COLUMN handover bigint`,
];

const DOWN = [
  `UPDATE messages SET status = 'pending', enqueued_at = NULL
    WHERE status = 'queued' AND handover IN (SELECT id FROM handovers)`,
  `ALTER TABLE messages DROP COLUMN handover`,
  `DROP TABLE handovers`,
  `DROP SEQUENCE handovers_id`,
];
