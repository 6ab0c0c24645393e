import { randomFillSync } from 'node:crypto';

export type IdPrefix =
  'msg' | 'conv' | 'call' | 'req' | 'proc' | 'rule' | 'redrive' | 'res' | 'alloc' | 'ep' | 'sock';

let lastMs = 0;
let sequence = 0;

const RANDOM_BYTES = 8;

/** Random bytes for many ids at once: fetched for each, an id costs four times as much (2.3 instead of 0.6 µs). */
const pool = Buffer.alloc(512 * RANDOM_BYTES);
let used = pool.length;

/**
 * A new id: the prefix, `_`, and the 32 hex digits of a UUIDv7 (RFC 9562 §5.7, method 1: a 12-bit counter
 * in rand_a), so that ids made by one process sort in the order in which they were made.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  advance(nowMs);
  const random = nextRandom();
  random[0] = (random[0]! & 0x3f) | 0x80;
  const time = lastMs.toString(16).padStart(12, '0');
  return `${prefix}_${time}7${sequence.toString(16).padStart(3, '0')}${random.toString('hex')}`;
}

function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.subarray(used - RANDOM_BYTES, used);
}

/** Takes the later of the clock and the last id's time; a full counter borrows the next millisecond. */
function advance(nowMs: number): void {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = 0;
    return;
  }
  sequence += 1;
  if (sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
}
