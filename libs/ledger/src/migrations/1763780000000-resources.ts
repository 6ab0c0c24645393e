import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Resources, their allocations, and the arithmetic on what they have (`capacity`, `used`: kind → whole number). */
export class Resources1763780000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // Whether as much is free as is needed, of every kind.
  `CREATE FUNCTION resource_fits(capacity jsonb, used jsonb, needed jsonb) RETURNS boolean
     LANGUAGE sql IMMUTABLE AS $$
     SELECT NOT EXISTS (
       SELECT FROM jsonb_each_text(needed) n
        WHERE n.value::bigint > 0 AND
          coalesce((capacity->>n.key)::bigint, 0) - coalesce((used->>n.key)::bigint, 0) < n.value::bigint)
   $$`,
  // The mean over what it has of the part that is used, at most 1. Slots are for messages, not for allocations.
  `CREATE FUNCTION resource_load(capacity jsonb, used jsonb) RETURNS float8
     LANGUAGE sql IMMUTABLE AS $$
     SELECT coalesce(least(1, avg(coalesce((used->>c.key)::float8, 0) / c.value::float8)), 0)
       FROM jsonb_each_text(capacity) c WHERE c.value::float8 > 0 AND c.key <> 'slots'
   $$`,
  `CREATE FUNCTION resource_plus(held jsonb, more jsonb) RETURNS jsonb
     LANGUAGE sql IMMUTABLE AS $$
     SELECT coalesce(
         jsonb_object_agg(k, coalesce((held->>k)::bigint, 0) + coalesce((more->>k)::bigint, 0)), '{}')
       FROM jsonb_object_keys(held || more) k
   $$`,
  // Nothing goes below zero.
  `CREATE FUNCTION resource_minus(held jsonb, less jsonb) RETURNS jsonb
     LANGUAGE sql IMMUTABLE AS $$
     SELECT coalesce(
         jsonb_object_agg(k, greatest(0, coalesce((held->>k)::bigint, 0) - coalesce((less->>k)::bigint, 0))), '{}')
       FROM jsonb_object_keys(held) k
   $$`,
  // The greater of both, kind by kind.
  `CREATE FUNCTION resource_greatest(one jsonb, other jsonb) RETURNS jsonb
     LANGUAGE sql IMMUTABLE AS $$
     SELECT coalesce(
         jsonb_object_agg(k, greatest(coalesce((one->>k)::bigint, 0), coalesce((other->>k)::bigint, 0))), '{}')
       FROM jsonb_object_keys(one || other) k
   $$`,
  // online: by its heartbeat; declared: what it or an operator said. The status follows from both and from the load.
  `CREATE TABLE resources (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    type text NOT NULL,
    capabilities text[] NOT NULL,
    capacity jsonb NOT NULL,
    used jsonb NOT NULL,
    allocated jsonb NOT NULL DEFAULT '{}',
    allocations int NOT NULL DEFAULT 0,
    load float8 NOT NULL DEFAULT 0,
    endpoint text NOT NULL,
    metadata jsonb NOT NULL,
    lane text,
    online boolean NOT NULL DEFAULT true,
    declared text,
    status text NOT NULL GENERATED ALWAYS AS (
      CASE WHEN NOT online THEN 'offline'
           WHEN declared IS NOT NULL THEN declared
           WHEN load > 0.9 THEN 'busy'
           ELSE 'available' END) STORED,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    last_heartbeat timestamptz(3) NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX resources_by_type ON resources (type)`,
  // Without a resource it waits for one.
  `CREATE TABLE resource_allocations (
    id text COLLATE "C" PRIMARY KEY,
    tenant_id text NOT NULL,
    request_id text NOT NULL,
    model_type text NOT NULL,
    requirements jsonb NOT NULL,
    capabilities text[] NOT NULL,
    priority smallint NOT NULL,
    metadata jsonb NOT NULL,
    token_digest text NOT NULL,
    timeout_ms int NOT NULL,
    resource_id text COLLATE "C",
    endpoint text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    wait_until timestamptz(3),
    allocated_at timestamptz(3),
    expires_at timestamptz(3)
  )`,
  `CREATE UNIQUE INDEX resource_allocations_by_request ON resource_allocations (tenant_id, request_id)`,
  `CREATE INDEX resource_allocations_of_tenant ON resource_allocations (tenant_id, created_at)`,
  `CREATE INDEX resource_allocations_of_resource ON resource_allocations (resource_id)`,
  `CREATE INDEX resource_allocations_expiring ON resource_allocations (expires_at) WHERE resource_id IS NOT NULL`,
  `CREATE INDEX resource_allocations_waiting ON resource_allocations (model_type, priority, id)
    WHERE resource_id IS NULL`,
];

const DOWN = [
  `DROP TABLE resource_allocations`,
  `DROP TABLE resources`,
  `DROP FUNCTION resource_greatest(jsonb, jsonb)`,
  `DROP FUNCTION resource_minus(jsonb, jsonb)`,
  `DROP FUNCTION resource_plus(jsonb, jsonb)`,
  `DROP FUNCTION resource_load(jsonb, jsonb)`,
  `DROP FUNCTION resource_fits(jsonb, jsonb, jsonb)`,
];
