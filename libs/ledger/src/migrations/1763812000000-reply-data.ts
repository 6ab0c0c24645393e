import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a reply holds besides its text: tool calls, reasoning, details of its usage. */
export class ReplyData1763812000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replies ADD COLUMN data jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replies DROP COLUMN data');
  }
}
