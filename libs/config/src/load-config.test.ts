import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from './fields.js';
import { LEAVES } from './leaves.js';
import { ConfigError, loadConfig } from './load-config.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmq-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileWith(yaml: string): string {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, yaml);
  return file;
}

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfig', () => {
  test('has a default for everything', () => {
    const config = loadConfig({ env: {} });
    expect(config.http.port).toBe(8080);
    expect(config.queue.lock_duration).toBe(30_000);
    expect(config.storage.redis_url).toBeUndefined();
    expect(config.auth.keys).toEqual([]);
  });

  test('reads the file, and the environment wins over it', () => {
    const file = fileWith(
      'http:\n  port: 9000\nmessages:\n  timeout: 90s\nqueue:\n  bands:\n    low:\n      max_waiting: 7\n',
    );
    const config = loadConfig({ env: { PORT: '9001', MESSAGE_MAX_RETRIES: '' }, file });
    expect(config.http.port).toBe(9001);
    expect(config.messages).toMatchObject({ timeout: 90_000, max_retries: 3 });
    expect(config.queue.bands.low.max_waiting).toBe(7);
    expect(config.queue.bands.high.max_waiting).toBe(5_000);
  });

  test('names every problem at once, with the variable that it came from', () => {
    const file = fileWith('http:\n  prot: 9000\n  body_limit: 1\nspeed: fast\n');
    const problems = problemsOf(() => loadConfig({ env: { PORT: 'eighty', MESSAGE_TIMEOUT: 'soon' }, file }));
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringContaining('http.prot is not a setting'),
        expect.stringContaining('http.body_limit'),
        expect.stringContaining('http.port (from PORT)'),
        expect.stringContaining('messages.timeout (from MESSAGE_TIMEOUT): must be a duration'),
        expect.stringContaining('speed is not a setting'),
      ]),
    );
  });

  test.each([
    ['a missing file', () => loadConfig({ env: {}, file: '/nowhere/config.yaml' })],
    ['a file that is no YAML', () => loadConfig({ env: {}, file: fileWith('a: [') })],
    ['a file that is no mapping', () => loadConfig({ env: {}, file: fileWith('- a') })],
    ['a section that is no mapping', () => loadConfig({ env: { PORT: '1' }, file: fileWith('http: 3') })],
  ])('refuses %s in one line', (_, load) => {
    expect(problemsOf(load)).toHaveLength(1);
  });

  test('reads API keys from the environment', () => {
    const env = { API_KEYS: 'ops:0123456789abcdef:acme:read+admin, app:fedcba9876543210' };
    expect(loadConfig({ env }).auth.keys).toEqual([
      { name: 'ops', key: '0123456789abcdef', tenant: 'acme', scopes: ['read', 'admin'] },
      { name: 'app', key: 'fedcba9876543210', tenant: 'default', scopes: ['read', 'write'] },
    ]);
  });

  test.each(['short:abc', 'a:0123456789abcdef,a:0123456789abcdeg', 'a:0123456789abcdef:t:fly'])(
    'refuses the keys %s without printing them',
    (API_KEYS) => {
      const problems = problemsOf(() => loadConfig({ env: { API_KEYS } }));
      expect(problems.join()).not.toContain('0123456789abcdef');
    },
  );

  test('opens no door without a key, unless told to', () => {
    const env = { HOST: '0.0.0.0' };
    expect(problemsOf(() => loadConfig({ env }))).toEqual([expect.stringContaining('--insecure')]);
    expect(loadConfig({ env, insecure: true }).http.host).toBe('0.0.0.0');
    expect(loadConfig({ env: { ...env, API_KEYS: 'app:0123456789abcdef' } }).http.host).toBe('0.0.0.0');
    expect(loadConfig({ env: { HOST: '127.0.0.1' } }).http.host).toBe('127.0.0.1');
  });

  test('reads rates and proxies', () => {
    const env = {
      LIMIT_KEY_RATE: '20/s',
      LIMIT_IP_RATE: '600/m',
      HTTP_TRUSTED_PROXIES: '10.0.0.0/8, ::1,loopback',
    };
    const { limits, http } = loadConfig({ env });
    expect(limits.key).toEqual({ rate: { requests: 20, perMs: 1_000 }, burst: 0 });
    expect(limits.ip.rate).toEqual({ requests: 600, perMs: 60_000 });
    expect(http.trusted_proxies).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    expect(loadConfig({ env: {} }).limits.key.rate).toBe('off');
  });

  test.each([
    { LIMIT_KEY_RATE: '20' },
    { LIMIT_KEY_RATE: '0/s' },
    { LIMIT_IP_RATE: '1/h' },
    { HTTP_TRUSTED_PROXIES: 'proxy.example' },
    { HTTP_TRUSTED_PROXIES: '10.0.0.0/33' },
    { HTTP_TRUSTED_PROXIES: '10.0.0.0/8/8' },
  ])('refuses %j', (env) => expect(problemsOf(() => loadConfig({ env }))).toHaveLength(1));

  test('is frozen to the bottom', () => {
    const config = loadConfig({ env: {} });
    expect(Object.isFrozen(config.queue.bands.low)).toBe(true);
  });
});

describe('the settings', () => {
  test('have an environment variable each, no two the same, and a description', () => {
    const names = LEAVES.map(({ meta }) => meta.env);
    expect(new Set(names).size).toBe(names.length);
    for (const { meta } of LEAVES) expect(meta.description.length).toBeGreaterThan(10);
  });
});

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['7', 7],
  ])('%s is %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', 'soon', '-1s', '1 year', '1e3'])('%s is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test('are written as they are read', () => {
    for (const ms of [0, 1, 999, 1_000, 90_000, 3_600_000, 86_400_000])
      expect(parseDuration(formatDuration(ms))).toBe(ms);
  });
});
