import { expect, test } from 'vitest';
import { Affinity, MOST_SESSIONS } from './affinity.js';

test('remembers where a client was for as long as it comes', () => {
  const affinity = new Affinity('session_id', 1_000);
  affinity.remember({ sessionId: 's' }, 'a', 0);
  expect(affinity.find({ sessionId: 's' }, 900)).toBe('a');
  affinity.remember({ sessionId: 's' }, 'a', 900);
  expect(affinity.find({ sessionId: 's' }, 1_800)).toBe('a');
  expect(affinity.find({ sessionId: 's' }, 1_900)).toBeUndefined();
  expect(affinity.size(1_900)).toBe(0);
});

test.each([
  ['client_ip', { clientIp: 'x' }],
  ['session_id', { sessionId: 'x' }],
  ['user_id', { userId: 'x' }],
] as const)('by %s it knows nobody by anything else', (kind, client) => {
  const affinity = new Affinity(kind, 1_000);
  affinity.remember({ clientIp: 'y', sessionId: 'y', userId: 'y', ...client }, 'a', 0);
  expect(affinity.find(client, 0)).toBe('a');
  expect(affinity.find({}, 0)).toBeUndefined();
});

test('none remembers nobody', () => {
  const affinity = new Affinity('none', 1_000);
  affinity.remember({ clientIp: 'x', sessionId: 'x', userId: 'x' }, 'a', 0);
  expect(affinity.size(0)).toBe(0);
});

test('forgets those that have not come for the longest when there are too many', () => {
  const affinity = new Affinity('user_id', 1_000_000);
  for (let i = 0; i < MOST_SESSIONS; i += 1) affinity.remember({ userId: `u${i}` }, 'a', i);
  affinity.remember({ userId: 'u0' }, 'a', MOST_SESSIONS);
  for (let i = 0; i < 100; i += 1) affinity.remember({ userId: `new${i}` }, 'a', MOST_SESSIONS + 1);
  expect(affinity.size(MOST_SESSIONS + 1)).toBe(MOST_SESSIONS);
  expect(affinity.find({ userId: 'u0' }, MOST_SESSIONS + 1)).toBe('a');
  expect(affinity.find({ userId: 'u1' }, MOST_SESSIONS + 1)).toBeUndefined();
});

test('forgets the clients of an endpoint that is gone', () => {
  const affinity = new Affinity('user_id', 1_000);
  affinity.remember({ userId: 'u' }, 'a', 0);
  affinity.remember({ userId: 'v' }, 'b', 0);
  affinity.keepOnly(new Map([['b', 1]]));
  expect(affinity.size(0)).toBe(1);
});
