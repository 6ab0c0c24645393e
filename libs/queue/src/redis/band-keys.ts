import { PRIORITIES } from '#contracts';
import { queueName } from '../bull-backend.js';
import { type Band } from '../job-queue.js';

/** The keys of one band in Redis: those of BullMQ that we look into, and our own beside them. */
export function bandKeys(prefix: string, band: Band) {
  const name = queueName(band);
  const bull = (part: string) => `${prefix}:${name}:${part}`;
  return {
    wait: bull('wait'),
    prioritized: bull('prioritized'),
    delayed: bull('delayed'),
    active: bull('active'),
    marker: bull('marker'),
    pc: bull('pc'),
    /** How the keys of its jobs begin. */
    job: bull(''),
    /** HASH: now (tokens), base (units), shift (units, while the base moves). */
    fair: `${prefix}:fair:${name}`,
    /** ZSET: flow → where it ends (tokens). */
    ends: `${prefix}:fair:${name}:ends`,
    /** ZSET: flow → its last tag (tokens). */
    lasts: `${prefix}:fair:${name}:lasts`,
    /** Jobs whose priority still counts from the former base. */
    former: `${prefix}:fair:${name}:former`,
  };
}

/** The keys that a look at a lane needs, four for each band. */
export function laneKeys(prefix: string, lane: string): string[] {
  return PRIORITIES.flatMap((priority) => {
    const { wait, prioritized, delayed, fair } = bandKeys(prefix, { lane, priority });
    return [wait, prioritized, delayed, fair];
  });
}
