import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, fingerprintOf } from './idempotency.js';

/** The same value with the keys of its objects in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('fingerprintOf', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(fingerprintOf('/p', turned(value))).toBe(fingerprintOf('/p', value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('depends on everything else', () => {
    const request = { content: 'a', metadata: { tags: ['x', 'y'] }, scheduled_at: new Date(0) };
    const all = [
      fingerprintOf('/p', request),
      fingerprintOf('/q', request),
      fingerprintOf('/p', { ...request, content: 'b' }),
      fingerprintOf('/p', { ...request, metadata: { tags: ['y', 'x'] } }),
      fingerprintOf('/p', { ...request, scheduled_at: new Date(1) }),
      fingerprintOf('/p', { ...request, priority: 'low' }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});
