import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Finds conversations that nobody uses; without the time in it, so that using one costs no write of the index. */
export class Life1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX conversations_by_rest ON conversations (state, id) WHERE state IN ('active', 'inactive')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX conversations_by_rest');
  }
}
