/** The states in which a message still has a way to go; the partial indexes of the migrations name the same. */
export const OPEN = `('pending', 'queued', 'processing', 'retrying')`;

/**
 * Two statements that change several of the same messages lock them in the order of their ids, so that neither waits
 * for the other: every such statement begins with this.
 */
export function lockedInOrder(from: string, where: string): string {
  return `locked AS MATERIALIZED (SELECT m.id FROM ${from} WHERE ${where} ORDER BY m.id FOR UPDATE OF m)`;
}

/** `m` is the oldest open message of its conversation, or in none: only such a message may be in the schedule. */
export const IS_HEAD = `(m.conversation_id IS NULL OR NOT EXISTS (
  SELECT 1 FROM messages earlier
   WHERE earlier.conversation_id = m.conversation_id AND earlier.turn < m.turn AND earlier.status IN ${OPEN}))`;
