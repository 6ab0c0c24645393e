import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ALIASES, WITHOUT_MEANING } from './aliases.js';
import { LEAVES } from './leaves.js';
import { loadConfig } from './load-config.js';

const KNOWN = new Set(LEAVES.map(({ meta }) => meta.env));

describe('aliases', () => {
  test('set variables that there are, and hide none', () => {
    expect(ALIASES.flatMap(({ sets }) => sets).filter((name) => !KNOWN.has(name))).toEqual([]);
    const names = [...ALIASES.map(({ name }) => name), ...Object.keys(WITHOUT_MEANING)];
    expect(names.filter((name) => KNOWN.has(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('mean the settings that they name', () => {
    const env = {
      LLM_PORT: '8090',
      LLM_MAX_WORKERS: '50',
      LLM_MAX_QUEUE_SIZE: '5000',
      LLM_TASK_TIMEOUT: '7m',
      LLM_RETRY_ATTEMPTS: '5',
      LLM_RETRY_DELAY: '2s',
      LLM_READ_TIMEOUT: '45s',
      LLM_MAX_REQUEST_SIZE: '33554432',
      LLM_ENABLE_DEBUG: 'yes',
      LLM_ENABLE_CORS: 'true',
      CENTRIFUGO_PORT: '8000',
    };
    const config = loadConfig({ env });
    expect(config).toMatchObject({
      http: { port: 8090, request_timeout: 45_000, body_limit: 33_554_432, cors_origins: ['*'] },
      workers: { concurrency: 50 },
      messages: { timeout: 420_000, max_retries: 5, retry_base: 2_000 },
      log: { level: 'debug' },
      centrifuge: { port: 8_000 },
    });
    const { realtime, high, normal, low } = config.queue.bands;
    for (const band of [realtime, high, normal, low]) expect(band.max_waiting).toBe(5_000);
  });

  test('do not win over the variables of the settings', () => {
    expect(loadConfig({ env: { LLM_PORT: '8090', PORT: '9000' } }).http.port).toBe(9_000);
    expect(loadConfig({ env: { LLM_ENABLE_DEBUG: 'false', LOG_LEVEL: '' } }).log.level).toBe('info');
  });

  test('that hold the address of a service, as Kubernetes sets them, are no ports', () => {
    expect(loadConfig({ env: { CENTRIFUGO_PORT: 'tcp://10.0.0.1:8000' } }).centrifuge.port).toBeUndefined();
  });

  test('a token is one more key, however short it is', () => {
    const sha256 = createHash('sha256').update('a:b,c').digest('hex');
    const mine = { name: 'llm-auth-token', sha256, tenant: 'default', scopes: ['read', 'write'] };
    expect(loadConfig({ env: { LLM_AUTH_TOKEN: 'a:b,c' } }).auth.keys).toEqual([mine]);
    const both = loadConfig({ env: { LLM_AUTH_TOKEN: 'a:b,c', API_KEYS: 'app:0123456789abcdef' } });
    expect(both.auth.keys.map(({ name }) => name)).toEqual(['app', 'llm-auth-token']);
  });

  test('are named where what they say is wrong', () => {
    expect(() => loadConfig({ env: { LLM_PORT: 'none' } })).toThrow('from LLM_PORT');
  });
});
