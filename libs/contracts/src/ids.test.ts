import { describe, expect, test } from 'vitest';
import { newId } from './ids.js';

describe('newId', () => {
  test('is a UUIDv7 behind its prefix', () => {
    expect(newId('msg')).toMatch(/^msg_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  test('sorts in the order of creation, also within one millisecond and when the clock steps back', () => {
    const now = Date.now() + 60_000;
    const ids = Array.from({ length: 10_000 }, (_, i) => newId('msg', now - (i % 7)));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
