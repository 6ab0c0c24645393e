import { describe, expect, test } from 'vitest';
import { type PostgresFacts } from '#database';
import { type RedisFacts } from '#redis';
import { checkFiles, checkNode } from './check-machine.js';
import { isOlder, judgeRedis } from './check-redis.js';
import { judgePostgres } from './check-postgres.js';
import { isNear } from './check-variables.js';
import { Findings } from './finding.js';

const REDIS: RedisFacts = {
  version: '7.0.15',
  role: 'master',
  maxmemoryPolicy: 'noeviction',
  appendonly: 'yes',
  clock: [1_000, 1_001, 1_002],
};

const POSTGRES: PostgresFacts = {
  version: 150_018,
  readOnly: false,
  maxConnections: 100,
  mayCreate: true,
  fsync: true,
  synchronousCommit: true,
  pending: [],
  clock: [1_000, 1_001, 1_002],
};

const redis = (facts: Partial<RedisFacts>) => judgeRedis(new Findings('redis'), { ...REDIS, ...facts });
const postgres = (facts: Partial<PostgresFacts>) =>
  judgePostgres(new Findings('postgres'), { ...POSTGRES, ...facts }, 16);

describe('what no server here can be made to be', () => {
  test.each([
    [redis({}), 'ok', /Redis 7/],
    [redis({ version: '6.0.16' }), 'problem', /Redis 6\.0\.16/],
    [redis({ version: '10.2.0' }), 'ok', /Redis 10/],
    [redis({ maxmemoryPolicy: undefined }), 'hint', /does not tell/],
    [redis({ clock: [10_000, 40_000, 10_010] }), 'warning', /30\.0 s ahead of/],
    [redis({ clock: [40_000, 10_000, 40_010] }), 'warning', /30\.0 s behind/],
    [redis({ clock: [10_000, 14_000, 20_000] }), 'ok', /Redis/],
    [postgres({}), 'ok', /Postgres 15/],
    [postgres({ version: 120_020 }), 'problem', /Postgres 12/],
    [postgres({ mayCreate: false }), 'problem', /may not make tables/],
    [postgres({ fsync: false }), 'problem', /fsync off/],
    [postgres({ synchronousCommit: false }), 'problem', /synchronous_commit off/],
    [postgres({ clock: [10_000, 40_000, 10_010] }), 'warning', /clock of Postgres/],
    [checkNode('20.20.2'), 'problem', /Node 20/],
    [checkNode('24.14.9'), 'problem', /Node 24\.14/],
    [checkNode('24.15.0'), 'ok', /24\.15/],
    [checkNode('26.0.0'), 'ok', /26/],
    [checkFiles({ http: { max_streams: 15_000 } } as never, 1_024), 'warning', /1024 files/],
  ])('%j', (findings, level, text) => {
    expect(findings).toEqual([expect.objectContaining({ level, text: expect.stringMatching(text) })]);
    expect('fix' in findings[0]!).toBe(level !== 'ok');
  });
});

describe('isOlder', () => {
  test.each([
    ['6.2', '6.2', false],
    ['6.2.0', '6.2', false],
    ['6.1.9', '6.2', true],
    ['7', '6.2', false],
    ['5.9', '6.2', true],
  ])('%s, %s: %s', (version, oldest, older) => expect(isOlder(version, oldest)).toBe(older));
});

describe('isNear', () => {
  test.each([
    ['OPENAI_APIKEY', 'OPENAI_API_KEY', true],
    ['OPENAI_API_KEI', 'OPENAI_API_KEY', true],
    ['OPENAI_API_KYE', 'OPENAI_API_KEY', true],
    ['OPENAI_API_KE', 'OPENAI_API_KEY', true],
    ['OPENAI_API_KEYYS', 'OPENAI_API_KEYS', true],
    ['OPENAI_KEY', 'OPENAI_API_KEY', false],
    ['REDIS_PORT', 'REDIS_URL', false],
  ])('%s, %s: %s', (a, b, near) => expect(isNear(a, b)).toBe(near));
});
