import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Endpoints, how providers spread their calls over them, and keys that rest: what must reach every worker. */
export class Endpoints1763816000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // Without a url it stands in the configuration, and the fields are what has been changed of it.
  `CREATE TABLE endpoints (
    id text COLLATE "C" PRIMARY KEY,
    provider text NOT NULL,
    url text,
    fields jsonb NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE provider_balancing (
    provider text COLLATE "C" PRIMARY KEY,
    fields jsonb NOT NULL,
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  )`,
  // The digest is of the secret that must rest: another one of the same id need not. until null: until it is put back.
  // The version is another one after each change, so that a process sees what it has not seen yet.
  `CREATE SEQUENCE key_rests_version`,
  `CREATE TABLE key_rests (
    provider text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    endpoint_id text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    reason text NOT NULL,
    until timestamptz(3),
    put_back boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT nextval('key_rests_version'),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, key_id, endpoint_id)
  )`,
];

const DOWN = [
  `DROP TABLE key_rests`,
  `DROP SEQUENCE key_rests_version`,
  `DROP TABLE provider_balancing`,
  `DROP TABLE endpoints`,
];
