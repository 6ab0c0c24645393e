import { type Statement } from '#database';

/**
 * A new resource: available, without load, alive ($1: id, $2: name, $3: type, $4: capabilities, $5: capacity, $6: used,
 * $7: endpoint, $8: metadata, $9: lane, $10: most resources). No row: there is one of this id, or there are too many.
 */
export const REGISTER: Statement = {
  name: 'register-resource',
  text: `
INSERT INTO resources (id, name, type, capabilities, capacity, used, endpoint, metadata, lane)
SELECT $1::text, $2::text, $3::text, $4::text[], $5::jsonb, $6::jsonb, $7::text, $8::jsonb, $9::text
 WHERE (SELECT count(*) FROM resources) < $10::int
ON CONFLICT (id) DO NOTHING RETURNING id`,
};

/** `available` takes back what was declared ($n); null leaves it. */
const declared = (value: string) =>
  `CASE WHEN ${value}::text IS NULL THEN declared WHEN ${value}::text = 'available' THEN NULL ELSE ${value}::text END`;

/**
 * Changes what is not null ($1: id, $2: name, $3: type, $4: capabilities, $5: capacity, $6: endpoint, $7: metadata,
 * $8: status, $9: load, $10: whether the lane changes, $11: lane).
 */
export const UPDATE: Statement = {
  name: 'update-resource',
  text: `
UPDATE resources SET
  name = coalesce($2::text, name), type = coalesce($3::text, type),
  capabilities = coalesce($4::text[], capabilities), capacity = coalesce($5::jsonb, capacity),
  endpoint = coalesce($6::text, endpoint), metadata = coalesce($7::jsonb, metadata),
  declared = ${declared('$8')},
  load = coalesce($9::float8, CASE WHEN $5::jsonb IS NULL THEN load ELSE resource_load($5::jsonb, used) END),
  lane = CASE WHEN $10::boolean THEN $11::text ELSE lane END,
  updated_at = now()
 WHERE id = $1 RETURNING id`,
};

/**
 * A sign of life ($1: id, $2: load, $3: used, $4: status; null: not said). What it says of its use may have been true
 * before the newest allocation, so it never goes below what is allocated.
 */
export const HEARTBEAT: Statement = {
  name: 'heartbeat-resource',
  text: `
UPDATE resources SET
  last_heartbeat = now(), updated_at = now(), online = true,
  used = CASE WHEN $3::jsonb IS NULL THEN used ELSE resource_greatest($3::jsonb, allocated) END,
  load = coalesce($2::float8, CASE WHEN $3::jsonb IS NULL THEN load
           ELSE resource_load(capacity, resource_greatest($3::jsonb, allocated)) END),
  declared = ${declared('$4')}
 WHERE id = $1 RETURNING id`,
};

/** With what is held of it; an allocation that comes at the same moment ends by its own time. */
export const REMOVE: Statement = {
  name: 'remove-resource',
  text: `
WITH freed AS (DELETE FROM resource_allocations WHERE resource_id = $1)
DELETE FROM resources WHERE id = $1 RETURNING id`,
};

export const COUNT_RESOURCES: Statement = {
  name: 'count-resources',
  text: `
SELECT status, type, count(*)::int AS count, sum(load) AS load, sum(allocations)::int AS allocations
  FROM resources GROUP BY status, type`,
};

export const COUNT_WAITING: Statement = {
  name: 'count-waiting-requests',
  text: `SELECT count(*)::int AS count FROM resource_allocations WHERE resource_id IS NULL AND wait_until > now()`,
};

/** For every lane that resources bring slots to: how many those bring that are online. */
export const SUM_SLOTS: Statement = {
  name: 'sum-resource-slots',
  text: `
SELECT lane, coalesce(sum((capacity->>'slots')::int) FILTER (WHERE status IN ('available', 'busy')), 0)::int AS slots
  FROM resources WHERE lane IS NOT NULL AND capacity->>'slots' IS NOT NULL GROUP BY lane`,
};
