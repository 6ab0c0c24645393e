import { randomFillSync } from 'node:crypto';

export type IdPrefix =
  'msg' | 'conv' | 'call' | 'req' | 'proc' | 'rule' | 'redrive' | 'res' | 'alloc' | 'ep' | 'sock';

let lastMs = 0;
let sequence = 0;

/** The hex digits of `lastMs`. */
let time = '';

const RANDOM_BYTES = 8;
const DIGITS = 2 * RANDOM_BYTES;

/** Random bytes for many ids at once, and their digits: fetched for each, an id costs many times as much. */
const pool = Buffer.alloc(512 * RANDOM_BYTES);
let digits = '';
let used = 0;

/**
 * A new id: the prefix, `_`, and the 32 hex digits of a UUIDv7 (RFC 9562 §5.7, method 1: a 12-bit counter
 * in rand_a), so that ids made by one process sort in the order in which they were made.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  advance(nowMs);
  return `${prefix}_${time}7${sequence.toString(16).padStart(3, '0')}${nextRandom()}`;
}

function nextRandom(): string {
  if (used === digits.length) fetchRandom();
  used += DIGITS;
  return digits.slice(used - DIGITS, used);
}

function fetchRandom(): void {
  randomFillSync(pool);
  for (let i = 0; i < pool.length; i += RANDOM_BYTES) pool[i] = (pool[i]! & 0x3f) | 0x80;
  digits = pool.toString('hex');
  used = 0;
}

/** Takes the later of the clock and the last id's time; a full counter borrows the next millisecond. */
function advance(nowMs: number): void {
  if (nowMs > lastMs) return begin(nowMs);
  sequence += 1;
  if (sequence > 0xfff) begin(lastMs + 1);
}

function begin(ms: number): void {
  lastMs = ms;
  sequence = 0;
  time = ms.toString(16).padStart(12, '0');
}
