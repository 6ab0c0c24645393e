/** The states in which a message still has a way to go; the partial indexes of the migrations name the same. */
export const OPEN = `('pending', 'queued', 'processing', 'retrying')`;

/** `m` is the oldest open message of its conversation, or in none: only such a message may be in the schedule. */
export const IS_HEAD = `(m.conversation_id IS NULL OR NOT EXISTS (
  SELECT 1 FROM messages earlier
   WHERE earlier.conversation_id = m.conversation_id AND earlier.turn < m.turn AND earlier.status IN ${OPEN}))`;
