import { type Statement } from '#database';
import { lockedInOrder, SCHEDULE_COLUMNS } from './open-statuses.js';

/** A sign of life of a worker process ($1: id). */
export const BEAT: Statement = {
  name: 'beat',
  text: `INSERT INTO worker_processes (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET beats = worker_processes.beats + 1`,
};

export const SELECT_BEATS: Statement = {
  name: 'select-beats',
  text: 'SELECT id, beats::float8 AS beats FROM worker_processes',
};

export const FORGET_WORKER: Statement = {
  name: 'forget-worker',
  text: 'DELETE FROM worker_processes WHERE id = $1',
};

/**
 * Ends the leases of what a dead worker ran ($1: worker, $2: most rows), so that others can claim it at once, and answers
 * with it. The fence is the next claim: should the worker live after all, it finds its attempt taken.
 */
export const END_LEASES: Statement = {
  name: 'end-leases',
  text: `
WITH ${lockedInOrder(
    'messages m',
    `m.worker_id = $1 AND m.status = 'processing' AND m.id IN (
  SELECT id FROM messages WHERE worker_id = $1 AND status = 'processing' LIMIT $2)`,
  )},
ended AS (
  UPDATE messages m SET lease_until = now() - interval '1 ms'
    FROM locked WHERE m.id = locked.id AND m.worker_id = $1 AND m.status = 'processing' RETURNING m.*
)
SELECT ${SCHEDULE_COLUMNS} FROM ended m`,
};
