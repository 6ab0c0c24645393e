import { type Statement } from '#database';
import { removeLetters, requeueLetters } from './requeue-letters.js';

const ONE_LETTER = `letters AS MATERIALIZED (
  SELECT * FROM dead_letters WHERE tenant_id = $1 AND message_id = $2 FOR UPDATE
)`;

/** Sends one message back ($1: tenant, $2: id, $3: who). */
export const REQUEUE_ONE: Statement = {
  name: 'requeue-dead-letter',
  text: `WITH ${ONE_LETTER}, ${requeueLetters('$3::text', 'NULL')} SELECT id, attempt FROM requeued`,
};

/** Deletes one dead letter ($1: tenant, $2: id, $3: who); its message stays as it is. */
export const DELETE_ONE: Statement = {
  name: 'delete-dead-letter',
  text: `WITH ${ONE_LETTER}, ${removeLetters('deleted', '$3::text')} SELECT message_id, conversation_id FROM letters`,
};

/** Deletes old dead letters ($1: age in ms, $2: most rows). */
export const DELETE_OLD: Statement = {
  name: 'delete-old-dead-letters',
  text: `
WITH letters AS MATERIALIZED (
  SELECT * FROM dead_letters WHERE created_at < now() - $1 * interval '1 ms'
   ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
), ${removeLetters('expired', 'NULL')}
SELECT message_id, conversation_id FROM letters`,
};

/** Forgets what was done long ago ($1: age in ms, $2: most rows of each kind). */
export const FORGET_AUDIT: Statement = {
  name: 'forget-dead-letter-audit',
  text: `
WITH old AS (SELECT id FROM dead_letter_audit WHERE at < now() - $1 * interval '1 ms' ORDER BY at LIMIT $2),
redriven AS (
  DELETE FROM redrives WHERE id IN (
    SELECT id FROM redrives WHERE finished_at < now() - $1 * interval '1 ms' LIMIT $2)
)
DELETE FROM dead_letter_audit a USING old WHERE a.id = old.id`,
};

/** How many dead letters wait, by priority, among the first so many ($1). */
export const COUNT_LETTERS: Statement = {
  name: 'count-dead-letters',
  text: `
SELECT priority, count(*)::int AS n FROM (SELECT priority FROM dead_letters LIMIT $1) counted GROUP BY priority`,
};

/** What was done ($1: tenant, $2: message or null, $3: redrive or null, $4: only before this id or null, $5: most rows). */
export const SELECT_AUDIT: Statement = {
  name: 'select-dead-letter-audit',
  text: `
SELECT * FROM dead_letter_audit
 WHERE tenant_id = $1 AND ($2::text IS NULL OR message_id = $2) AND ($3::text IS NULL OR redrive_id = $3)
   AND ($4::bigint IS NULL OR id < $4)
 ORDER BY id DESC LIMIT $5`,
};
