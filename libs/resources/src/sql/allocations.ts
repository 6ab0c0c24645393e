import { type Statement } from '#database';

/**
 * A request that waits ($1 to $10 as in TAKE, $11: longest wait in ms, $12: most requests that may wait). No row: too
 * many wait already.
 */
export const WAIT: Statement = {
  name: 'wait-for-resource',
  text: `
INSERT INTO resource_allocations (id, tenant_id, request_id, model_type, requirements, capabilities, priority,
  metadata, token_digest, timeout_ms, wait_until)
SELECT $1::text, $2::text, $3::text, $4::text, $5::jsonb, $6::text[], $7::smallint, $8::jsonb, $9::text, $10::int,
       now() + $11::int * interval '1 ms'
 WHERE (SELECT count(*) FROM resource_allocations WHERE resource_id IS NULL) < $12::int
RETURNING id`,
};

export const WITHDRAW: Statement = {
  name: 'withdraw-resource-request',
  text: 'DELETE FROM resource_allocations WHERE id = $1 AND resource_id IS NULL RETURNING id',
};

/** ($1: tenant, $2: request) */
export const SELECT_TOKEN: Statement = {
  name: 'select-allocation-token',
  text: `
SELECT id, token_digest FROM resource_allocations
 WHERE tenant_id = $1 AND request_id = $2 AND resource_id IS NOT NULL AND expires_at > now()`,
};

/**
 * Ends the allocations that `which` chooses and gives back what they held. Allocations are locked before resources,
 * and resources in the order of their ids, so that two of these never wait for each other.
 */
const freed = (which: string) => `
WITH freed AS (
  DELETE FROM resource_allocations WHERE ${which} RETURNING resource_id, requirements
),
back AS MATERIALIZED (
  SELECT f.resource_id AS id, count(*)::int AS count,
         (SELECT coalesce(jsonb_object_agg(sums.key, sums.total), '{}')
            FROM (SELECT e.key, sum(e.value::bigint) AS total
                    FROM freed g, jsonb_each_text(g.requirements) e
                   WHERE g.resource_id = f.resource_id GROUP BY e.key) sums) AS held
    FROM freed f GROUP BY f.resource_id
),
locked AS MATERIALIZED (
  SELECT r.id FROM resources r JOIN back USING (id) ORDER BY r.id FOR UPDATE OF r
),
emptied AS (
  UPDATE resources r SET
    allocated = resource_minus(r.allocated, b.held),
    used = resource_greatest(resource_minus(r.used, b.held), resource_minus(r.allocated, b.held)),
    load = resource_load(r.capacity,
             resource_greatest(resource_minus(r.used, b.held), resource_minus(r.allocated, b.held))),
    allocations = greatest(0, r.allocations - b.count), updated_at = now()
    FROM back b JOIN locked USING (id) WHERE r.id = b.id
)
SELECT resource_id FROM freed`;

/** ($1: id) */
export const RELEASE: Statement = {
  name: 'release-allocation',
  text: freed('id = $1 AND resource_id IS NOT NULL'),
};

/** Those whose time is over ($1: most rows). */
export const RELEASE_EXPIRED: Statement = {
  name: 'release-expired-allocations',
  text: freed(`id IN (
    SELECT id FROM resource_allocations WHERE resource_id IS NOT NULL AND expires_at <= now()
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) AND resource_id IS NOT NULL`),
};

/** Requests whose process did not withdraw them, because it died. */
export const FORGET_WAITING: Statement = {
  name: 'forget-waiting-requests',
  text: `DELETE FROM resource_allocations
          WHERE resource_id IS NULL AND wait_until < now() - interval '5 s' RETURNING id`,
};

/** Resources that were silent for too long are offline ($1: ms). */
export const MARK_SILENT: Statement = {
  name: 'mark-silent-resources',
  text: `
UPDATE resources SET online = false, updated_at = now()
 WHERE online AND last_heartbeat < now() - $1::int * interval '1 ms' RETURNING id, type, lane`,
};

/** Why nothing was given ($1: model, $2: capabilities, $3: requirements). */
export const EXPLAIN_REFUSAL: Statement = {
  name: 'explain-resource-refusal',
  text: `
SELECT count(*)::int AS of_type, count(*) FILTER (WHERE is_able)::int AS able,
       count(*) FILTER (WHERE is_able AND online AND declared IS NULL)::int AS online,
       (SELECT extract(epoch FROM min(expires_at) - now())::float8 * 1000 FROM resource_allocations
         WHERE model_type = $1 AND resource_id IS NOT NULL) AS free_in_ms
  FROM (SELECT r.online, r.declared,
               r.capabilities @> $2::text[] AND resource_fits(r.capacity, '{}', $3::jsonb) AS is_able
          FROM resources r WHERE r.type = $1) candidates`,
};
