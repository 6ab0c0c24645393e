import { expect, test } from 'vitest';
import { framesOf } from './send-reply.js';

test('a long text goes in several frames, and no character is cut', () => {
  const text = `x${'😀'.repeat(40_000)}`;
  const frames = [...framesOf(text)];
  expect(frames.join('')).toBe(text);
  expect(frames.length).toBe(3);
  for (const frame of frames) expect(frame.isWellFormed()).toBe(true);
  expect([...framesOf('')]).toEqual([]);
});
