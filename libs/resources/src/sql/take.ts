import { type Statement } from '#database';

/** Resource `r` can give what the request `w` needs, and may: busy only says that others come first. */
const CAN_GIVE = `r.type = w.model_type AND r.online AND r.declared IS NULL AND r.capabilities @> w.capabilities
  AND r.allocations < w.most_allocations AND resource_fits(r.capacity, r.used, w.requirements)`;

/** Of the requests that wait, resource `r` could serve one that comes before `w`: its room is kept for that one. */
const IS_KEPT = `EXISTS (
  SELECT FROM resource_allocations p
   WHERE p.resource_id IS NULL AND p.model_type = r.type AND p.wait_until > now()
     AND (p.priority, p.id) < (w.priority, w.id)
     AND p.capabilities <@ r.capabilities AND resource_fits(r.capacity, '{}', p.requirements))`;

/**
 * Takes room for `wanted w` from the resource with the lowest load. The resource is chosen without a lock, and what it
 * has is checked again by the update, on the row as it is when its turn comes: so whatever runs at the same time, no
 * more is given than there is, and no statement ever waits for two resources.
 */
const TAKEN = `
candidate AS MATERIALIZED (
  SELECT r.id FROM resources r, wanted w WHERE ${CAN_GIVE} AND NOT ${IS_KEPT}
   ORDER BY r.load, r.allocations, r.id LIMIT 1
),
taken AS (
  UPDATE resources r SET
    allocated = resource_plus(r.allocated, w.requirements), used = resource_plus(r.used, w.requirements),
    load = resource_load(r.capacity, resource_plus(r.used, w.requirements)),
    allocations = r.allocations + 1, updated_at = now()
    FROM candidate c, wanted w WHERE r.id = c.id AND ${CAN_GIVE}
  RETURNING r.id, r.endpoint
)`;

/** One row: what was given, if anything; `lost`: another was faster, and there may be more. */
const RESULT = `
SELECT given.*, given.resource_id IS NULL AND EXISTS (SELECT FROM candidate) AS lost
  FROM (SELECT 1) one LEFT JOIN given ON true`;

const GIVEN = 'resource_id, endpoint, allocated_at, expires_at';

/**
 * A new allocation ($1: id, $2: tenant, $3: request, $4: model, $5: requirements, $6: capabilities, $7: priority,
 * $8: metadata, $9: digest of the token, $10: timeout in ms, $11: most allocations of one resource).
 */
export const TAKE: Statement = {
  name: 'take-resource',
  text: `
WITH wanted AS (
  SELECT $1::text COLLATE "C" AS id, $4::text AS model_type, $5::jsonb AS requirements, $6::text[] AS capabilities,
         $7::smallint AS priority, $11::int AS most_allocations
), ${TAKEN},
given AS (
  INSERT INTO resource_allocations (id, tenant_id, request_id, model_type, requirements, capabilities, priority,
    metadata, token_digest, timeout_ms, resource_id, endpoint, allocated_at, expires_at)
  SELECT w.id, $2::text, $3::text, w.model_type, w.requirements, w.capabilities, w.priority, $8::jsonb, $9::text,
         $10::int, t.id, t.endpoint, now(), now() + $10::int * interval '1 ms'
    FROM taken t, wanted w
  RETURNING ${GIVEN}
)${RESULT}`,
};

/** A request that waits gets its allocation ($1: id, $2: most allocations of one resource). */
export const TAKE_WAITING: Statement = {
  name: 'take-resource-waiting',
  text: `
WITH wanted AS MATERIALIZED (
  SELECT a.*, $2::int AS most_allocations FROM resource_allocations a
   WHERE a.id = $1 AND a.resource_id IS NULL FOR UPDATE
), ${TAKEN},
given AS (
  UPDATE resource_allocations a SET resource_id = t.id, endpoint = t.endpoint, allocated_at = now(),
         expires_at = now() + a.timeout_ms * interval '1 ms', wait_until = NULL
    FROM taken t WHERE a.id = $1 AND a.resource_id IS NULL
  RETURNING ${GIVEN.replaceAll(/\w+/g, 'a.$&')}
)${RESULT}`,
};
