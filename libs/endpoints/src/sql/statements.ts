import { type Statement } from '#database';

/** Adds one ($1: id, $2: provider, $3: url, $4: fields, $5: most endpoints). No row: the id is taken, or there are too many. */
export const ADD: Statement = {
  name: 'add-endpoint',
  text: `
INSERT INTO endpoints (id, provider, url, fields)
SELECT $1::text, $2::text, $3::text, $4::jsonb WHERE (SELECT count(*) FROM endpoints) < $5::int
ON CONFLICT (id) DO NOTHING RETURNING id`,
};

/** Changes an added one ($1: id, $2: url or null, $3: fields to set, $4: fields to forget). */
export const CHANGE: Statement = {
  name: 'change-endpoint',
  text: `
UPDATE endpoints SET url = coalesce($2::text, url), fields = (fields || $3::jsonb) - $4::text[], updated_at = now()
 WHERE id = $1 AND url IS NOT NULL RETURNING id`,
};

/** Changes a configured one ($1: id, $2: provider, $3: fields to set, $4: fields to forget, $5: most endpoints). */
export const OVERLAY: Statement = {
  name: 'overlay-endpoint',
  text: `
INSERT INTO endpoints AS e (id, provider, fields)
SELECT $1::text, $2::text, $3::jsonb - $4::text[]
 WHERE (SELECT count(*) FROM endpoints) < $5::int OR EXISTS (SELECT FROM endpoints WHERE id = $1)
ON CONFLICT (id) DO UPDATE
   SET provider = excluded.provider, url = NULL, fields = (CASE WHEN e.url IS NULL THEN e.fields ELSE '{}' END || $3::jsonb) - $4::text[], updated_at = now()
RETURNING id`,
};

export const REMOVE: Statement = {
  name: 'remove-endpoint',
  text: `DELETE FROM endpoints WHERE id = $1 AND url IS NOT NULL RETURNING id`,
};

export const SET_BALANCING: Statement = {
  name: 'set-balancing',
  text: `
INSERT INTO provider_balancing AS b (provider, fields) VALUES ($1, $2::jsonb - $3::text[])
ON CONFLICT (provider) DO UPDATE SET fields = (b.fields || $2::jsonb) - $3::text[], updated_at = now()`,
};

/**
 * A key that must rest ($1: provider, $2: key, $3: endpoint, $4: digest, $5: reason, $6: ms or null). Of two rests of one
 * secret the longer one holds. Those that ended long ago go.
 */
export const REST: Statement = {
  name: 'rest-key',
  text: `
WITH old AS (
  DELETE FROM key_rests
   WHERE (until < now() - interval '1 day' OR updated_at < now() - interval '90 days') AND (provider, key_id, endpoint_id) <> ($1, $2, $3))
INSERT INTO key_rests AS k (provider, key_id, endpoint_id, digest, reason, until)
VALUES ($1, $2, $3, $4, $5, now() + $6::float8 * interval '1 ms')
ON CONFLICT (provider, key_id, endpoint_id) DO UPDATE SET
  digest = excluded.digest, reason = excluded.reason, put_back = false, updated_at = now(),
  until = CASE WHEN k.put_back OR k.digest <> excluded.digest THEN excluded.until
               WHEN k.until IS NULL OR excluded.until IS NULL THEN NULL
               ELSE greatest(k.until, excluded.until) END,
  version = nextval('key_rests_version')
RETURNING version::text`,
};

/** Every rest of a key is over ($1: provider, $2: key). */
export const PUT_BACK: Statement = {
  name: 'put-key-back',
  text: `
UPDATE key_rests SET put_back = true, until = now(), updated_at = now(), version = nextval('key_rests_version')
 WHERE provider = $1 AND key_id = $2`,
};

/** All that a worker must know, in one look. What was put back is told for a while, to those that did not hear of it. */
export const READ: Statement = {
  name: 'read-upstreams',
  text: `
SELECT
  (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.id), '[]') FROM endpoints e) AS endpoints,
  (SELECT coalesce(jsonb_object_agg(b.provider, b.fields), '{}') FROM provider_balancing b) AS balancing,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
      'provider', provider, 'key', key_id, 'endpoint', endpoint_id, 'digest', digest, 'reason', reason,
      'forMs', CASE WHEN put_back THEN 0 ELSE extract(epoch FROM until - now()) * 1000 END, 'version', version::text)), '[]')
     FROM key_rests
    WHERE CASE WHEN put_back THEN updated_at > now() - interval '10 minutes' ELSE until IS NULL OR until > now() END) AS rests`,
};
