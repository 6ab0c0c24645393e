import { type Statement } from '#database';

/** The messages that were accepted under idempotency keys ($1: tenants, $2: keys); `place` counts from 1. */
export const SELECT_BY_KEYS: Statement = {
  name: 'select-by-keys',
  text: `
SELECT i.place::int AS place, m.id, m.fingerprint
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i(tenant_id, key, place)
  JOIN messages m ON m.tenant_id = i.tenant_id AND m.idempotency_key = i.key`,
};

/** The newest messages with these fingerprints ($1: tenants, $2: fingerprints), of the last $3 ms; `place` as above. */
export const SELECT_BY_FINGERPRINTS: Statement = {
  name: 'select-by-fingerprints',
  text: `
SELECT i.place::int AS place, m.id, m.fingerprint
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i(tenant_id, fingerprint, place)
 CROSS JOIN LATERAL (
   SELECT id, fingerprint FROM messages
    WHERE tenant_id = i.tenant_id AND fingerprint = i.fingerprint
      AND created_at > now() - $3::float8 * interval '1 ms'
    ORDER BY created_at DESC LIMIT 1) m`,
};
