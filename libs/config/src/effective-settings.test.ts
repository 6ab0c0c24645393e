import { expect, test } from 'vitest';
import { EffectiveSettings } from './effective-settings.js';
import { loadConfig } from './load-config.js';

const valuesOf = (env: Readonly<Record<string, string>>) =>
  new Map(new EffectiveSettings(loadConfig({ env })).list().map(({ name, value }) => [name, value]));

test('shows every setting as a user would write it', () => {
  const values = valuesOf({ MESSAGE_TIMEOUT: '90s', QUEUE_CONCURRENCY: '7' });
  expect(values.get('messages.timeout')).toBe('90s');
  expect(values.get('queue.concurrency')).toBe(7);
  expect(values.get('storage.redis_url')).toBeNull();
  expect([...values.values()]).not.toContain(undefined);
});

test('tells of a secret only whether there is one', () => {
  const secrets = { REDIS_URL: 'redis://:hush@r:1', API_KEYS: 'ops:hush-hush-hush-hush:acme' };
  const values = valuesOf({ ...secrets, DATABASE_URL: 'postgres://me:hush@db/x' });
  expect(values.get('storage.redis_url')).toBe('(set)');
  expect(values.get('auth.keys')).toBe('(set)');
  expect(JSON.stringify([...values])).not.toContain('hush');
});
