import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FolderLock } from '#database';
import {
  createTestDatabase,
  eventually,
  type PrivateServer,
  startPrivatePostgres,
  startPrivateRedis,
} from '#testing';
import { llmq } from './support/llmq.js';
import { type Env } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

/** A port of the loopback address where nothing ever listens. */
const NOWHERE = '127.0.0.1:1';

let redis: PrivateServer;
let postgres: PrivateServer;
let upstream: FakeUpstream;
const folder = mkdtempSync(join(tmpdir(), 'llmq-doctor-'));

beforeAll(async () => {
  [redis, postgres, upstream] = await Promise.all([
    startPrivateRedis(),
    startPrivatePostgres({ fsync: true }),
    startFakeUpstream(),
  ]);
  const { code, errors } = await llmq(['migrate'], { env: healthy() });
  if (code !== 0 || errors !== '') throw new Error(`migrate: ${code} ${errors}`);
});
afterAll(async () => {
  await Promise.all([redis?.stop(), postgres?.stop(), upstream?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Everything is as it should be; each case spoils one thing. */
function healthy(): Record<string, string> {
  return {
    PORT: '0',
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    HTTP_MAX_STREAMS: '100',
    OPENAI_API_KEY: 'sk-of-the-tests',
    OPENAI_BASE_URL: `${upstream.url}/v1`,
  };
}

/** The same, on the embedded database. */
function embedded(dataDir: string): Env {
  return { ...healthy(), REDIS_URL: undefined, DATABASE_URL: undefined, DATA_DIR: dataDir };
}

async function tellRedis(...words: [string, ...string[]]): Promise<void> {
  const connection = new Redis(redis.url);
  await connection.call(words[0], words.slice(1));
  connection.disconnect();
}

async function tellPostgres(...statements: readonly string[]): Promise<void> {
  const connection = new Client({ connectionString: postgres.url });
  await connection.connect();
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

interface Spoilt {
  readonly env: Env;
  readonly mend?: () => unknown;
}

interface Case {
  readonly spoil: () => Spoilt | Promise<Spoilt>;
  readonly check: string;
  readonly text: RegExp;
  readonly fix: RegExp;
  readonly level?: 'warning' | 'problem';
}

const CASES: Readonly<Record<string, Case>> = {
  'a Redis that forgets when it is full': {
    spoil: async () => {
      await tellRedis('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      return { env: healthy(), mend: () => tellRedis('CONFIG', 'SET', 'maxmemory-policy', 'noeviction') };
    },
    check: 'redis',
    text: /allkeys-lru/,
    fix: /CONFIG SET maxmemory-policy noeviction/,
  },
  'a Redis that keeps nothing on disk': {
    spoil: async () => {
      await tellRedis('CONFIG', 'SET', 'appendonly', 'no');
      return { env: healthy(), mend: () => tellRedis('CONFIG', 'SET', 'appendonly', 'yes') };
    },
    check: 'redis',
    text: /appendonly no/,
    fix: /CONFIG SET appendonly yes/,
    level: 'warning',
  },
  'a Redis that wants a password': {
    spoil: async () => {
      const admin = new Redis(redis.url);
      await admin.config('SET', 'requirepass', 'secret');
      const mend = async () => {
        await admin.config('SET', 'requirepass', '');
        admin.disconnect();
      };
      return { env: healthy(), mend };
    },
    check: 'redis',
    text: /password/,
    fix: /REDIS_URL=redis:\/\/:PASSWORD@/,
  },
  'a Redis that is a replica': {
    spoil: async () => {
      await tellRedis('REPLICAOF', '127.0.0.1', '1');
      return { env: healthy(), mend: () => tellRedis('REPLICAOF', 'NO', 'ONE') };
    },
    check: 'redis',
    text: /replica/,
    fix: /REPLICAOF NO ONE/,
  },
  'a Redis that is not there': {
    spoil: () => ({ env: { ...healthy(), REDIS_URL: `redis://${NOWHERE}` } }),
    check: 'redis',
    text: /ECONNREFUSED/,
    fix: /correct REDIS_URL/,
  },
  'a Postgres that is not there': {
    spoil: () => ({ env: { ...healthy(), DATABASE_URL: `postgres://${NOWHERE}/postgres` } }),
    check: 'postgres',
    text: /ECONNREFUSED/,
    fix: /correct DATABASE_URL/,
  },
  'a database that is not there': {
    spoil: () => ({ env: { ...healthy(), DATABASE_URL: new URL('/nothing', postgres.url).href } }),
    check: 'postgres',
    text: /no database nothing/,
    fix: /createdb nothing/,
  },
  'a Postgres that forgets what it acknowledged': {
    spoil: async () => {
      await tellPostgres('ALTER SYSTEM SET synchronous_commit = off', 'SELECT pg_reload_conf()');
      const mend = () => tellPostgres('ALTER SYSTEM RESET synchronous_commit', 'SELECT pg_reload_conf()');
      return { env: healthy(), mend };
    },
    check: 'postgres',
    text: /synchronous_commit off: what it acknowledged is lost/,
    fix: /ALTER SYSTEM SET synchronous_commit = on/,
  },
  'a Postgres that takes no writes': {
    spoil: () => ({
      env: { ...healthy(), DATABASE_URL: `${postgres.url}?options=-c%20default_transaction_read_only%3Don` },
    }),
    check: 'postgres',
    text: /takes no writes/,
    fix: /primary in DATABASE_URL/,
  },
  'a database that lacks migrations': {
    spoil: async () => {
      const { url } = await createTestDatabase(postgres.url);
      return { env: { ...healthy(), DATABASE_URL: url } };
    },
    check: 'postgres',
    text: /migration\(s\) are missing/,
    fix: /llmq migrate/,
    level: 'warning',
  },
  'more connections than Postgres takes': {
    spoil: () => ({ env: { ...healthy(), DATABASE_POOL: '400' } }),
    check: 'postgres',
    text: /takes 200 connections/,
    fix: /lower DATABASE_POOL/,
  },
  'a port that another program has': {
    spoil: async () => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return { env: { ...healthy(), PORT: String(port) }, mend: () => server.close() };
    },
    check: 'port',
    text: /taken by another program/,
    fix: /another port with PORT/,
  },
  'a further port that another program has': {
    spoil: async () => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return { env: { ...healthy(), CENTRIFUGE_PORT: String(port) }, mend: () => server.close() };
    },
    check: 'port',
    text: /taken by another program/,
    fix: /another port with CENTRIFUGE_PORT/,
  },
  'a data folder that cannot be written': {
    spoil: () => {
      const file = join(folder, 'file');
      writeFileSync(file, '');
      return { env: embedded(join(file, 'data')) };
    },
    check: 'data folder',
    text: /cannot be written/,
    fix: /DATA_DIR/,
  },
  'a data folder that another process has': {
    spoil: () => {
      const lock = new FolderLock(join(folder, 'taken'));
      return { env: embedded(join(folder, 'taken')), mend: () => lock.release() };
    },
    check: 'data folder',
    text: new RegExp(`in use by process ${process.pid}`),
    fix: /Stop that process/,
  },
  'an open door without keys': {
    spoil: () => ({ env: { ...healthy(), HOST: '0.0.0.0' } }),
    check: 'configuration',
    text: /reachable from elsewhere/,
    fix: /llmq keys generate/,
  },
  'a door that is open on purpose': {
    spoil: () => ({ env: { ...healthy(), INSECURE: 'true' } }),
    check: 'access',
    text: /Everybody who reaches this machine/,
    fix: /llmq keys generate/,
  },
  'a setting that is no value': {
    spoil: () => ({ env: { ...healthy(), HTTP_DRAIN_DELAY: 'soon' } }),
    check: 'configuration',
    text: /http\.drain_delay \(from HTTP_DRAIN_DELAY\)/,
    fix: /llmq config doc http\.drain_delay/,
  },
  'a bad provider file': {
    spoil: () => {
      const file = join(folder, 'providers.yaml');
      writeFileSync(file, 'providers:\n  - name: x\n    kind: nonsense\n');
      return { env: { ...healthy(), PROVIDERS_FILE: file } };
    },
    check: 'configuration',
    text: /providers\.yaml:3:11/,
    fix: /Correct the file at that place/,
  },
  'a variable that is misspelled': {
    spoil: () => ({ env: { ...healthy(), OPENAI_BASEURL: 'http://127.0.0.1/v1' } }),
    check: 'environment',
    text: /OPENAI_BASEURL is set, and nothing reads it/,
    fix: /OPENAI_BASE_URL/,
    level: 'warning',
  },
  'a key that the provider refuses': {
    spoil: async () => {
      const { createServer: createHttpServer } = await import('node:http');
      const server = createHttpServer((_, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return {
        env: { ...healthy(), OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
        mend: () => server.close(),
      };
    },
    check: 'providers',
    text: /openai refuses the key/,
    fix: /llmq providers test openai/,
  },
  'a provider that is not there': {
    spoil: () => ({ env: { ...healthy(), OPENAI_BASE_URL: `http://${NOWHERE}/v1` } }),
    check: 'providers',
    text: /does not answer/,
    fix: /BASE_URL/,
  },
  'too few open files': {
    spoil: () => ({ env: { ...healthy(), HTTP_MAX_STREAMS: '1000000' } }),
    check: 'open files',
    text: /would take 1000000 streams/,
    fix: /ulimit -n 1000200/,
    level: 'warning',
  },
};

test('a database is brought to the newest schema', async () => {
  const env = { DATABASE_URL: (await createTestDatabase(postgres.url)).url };
  const pending = await llmq(['migrate', '--pending', '--json'], { env });
  expect(pending.code).toBe(8);
  expect(pending.json.pending.length).toBeGreaterThan(10);
  expect((await llmq(['migrate', '--json'], { env })).json).toEqual({ done: pending.json.pending });
  expect(await llmq(['migrate', '--pending'], { env })).toMatchObject({ code: 0 });
});

test('a healthy system has nothing wrong with it', async () => {
  const { code, json, output } = await llmq(['doctor', '--strict', '--json'], { env: healthy() });
  expect({ code, worst: json.worst, output }).toEqual({ code: 0, worst: 'ok', output });
});

test.each(Object.entries(CASES))(
  '%s is found, with its fix',
  async (_, { spoil, check, text, fix, level }) => {
    const { env, mend } = await spoil();
    try {
      await eventually(async () => {
        const { code, json } = await llmq(['doctor', '--json'], { env });
        expect(json.findings).toContainEqual({
          check,
          level: level ?? 'problem',
          text: expect.stringMatching(text),
          fix: expect.stringMatching(fix),
        });
        expect(code).toBe(level === 'warning' ? 0 : 8);
      });
    } finally {
      await mend?.();
    }
  },
);

test('only the embedded parts are looked at where nothing else is configured', async () => {
  const env = { PORT: '0', DATA_DIR: join(folder, 'new'), HTTP_MAX_STREAMS: '100' };
  const { code, output } = await llmq(['doctor'], { env });
  expect(code).toBe(0);
  expect(output).toMatch(/ok +data folder/);
  expect(output).toMatch(/hint +providers[^]*fix: Set OPENAI_API_KEY/);
  expect(output).not.toMatch(/redis|postgres/i);
});
