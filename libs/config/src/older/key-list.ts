import { createHash } from 'node:crypto';
import { type Convert } from './older-key.js';

/** A list of bare keys, or one comma-separated, as keys of the tenant `default`; kept as digests, of whatever length. */
export const keyList: Convert = (value) => {
  const keys = (Array.isArray(value) ? value.map(String) : String(value).split(','))
    .map((key) => key.trim())
    .filter((key) => key !== '');
  return keys.map((key, i) => ({ name: `key-${i + 1}`, sha256: digestOf(key) }));
};

export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
