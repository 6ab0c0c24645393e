import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { Client as PostgresClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ErrorCode, ERRORS, FIXES } from '#contracts';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { query } from './support/faults.js';
import { startSystem, type System } from './support/system.js';

/** What the page behind `type` of a problem says: the status, and what to do. */
async function expectAdvice(client: Client, code: ErrorCode): Promise<void> {
  const { status, body } = await client.get(`/errors/${code}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ code, status: ERRORS[code].status, fix: FIXES[code] });
}

/** Errors that take some doing, seen by whom they meet. */
describe('errors of a system in one process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-errors-'));
  const types = join(folder, 'task-types.yaml');
  let system: System;
  let client: Client;

  beforeAll(async () => {
    copyFileSync(join(import.meta.dirname, '../configs/task-types.yaml'), types);
    system = await startSystem('embedded', {
      HTTP_REQUEST_TIMEOUT: '1s',
      PROVIDERS_RELOAD_EVERY: '50ms',
      SIMULATOR_DELAY: '0ms',
      TASK_TYPES_FILE: types,
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(async () => {
    await system?.stop();
    rmSync(folder, { recursive: true });
  });

  test('request_timeout: a body that does not come', async () => {
    const socket = connect(Number(new URL(client.url).port), '127.0.0.1');
    socket.write('POST /api/v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write('content-length: 99\r\n\r\n{"user_id":');
    const [head, body] = (await text(socket)).split('\r\n\r\n') as [string, string];
    expect(head).toMatch(/^HTTP\/1\.1 408 [^]*application\/problem\+json/);
    expect(JSON.parse(body)).toMatchObject({ code: 'request_timeout', status: 408 });
    await expectAdvice(client, 'request_timeout');
  });

  test('task_type_gone: the type of a task is taken out while it waits', async () => {
    const before = readFileSync(types, 'utf8');
    const mine = '  - name: mine\n    system: You help.\n    prompt: "{{prompt}}"\n';
    writeFileSync(types, `${before}\n${mine}`);
    const task = { user_id: 'u', content: 'x', task_type: 'mine', delay: '1s', max_retries: 0 };
    const id = await eventually(async () => {
      const answer = await client.post('/api/v1/messages', task);
      expect(answer.status).toBe(201);
      return answer.body.id as string;
    });
    writeFileSync(types, before);
    expect(await client.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'task_type_gone', message: expect.stringContaining('mine') },
    });
    await expectAdvice(client, 'task_type_gone');
  });

  test('catalog_invalid: a file that is bad is refused with its place, and the old one goes on', async () => {
    const before = readFileSync(types, 'utf8');
    writeFileSync(types, 'task_types: nonsense\n');
    await eventually(() => {
      const line = system.gateways[0]!.log.split('\n').find((each) => each.includes('catalog_invalid'));
      expect(line).toContain(`${types}:1:13`);
    });
    writeFileSync(types, before);
    await client.ended(await client.send('goes on'));
    await expectAdvice(client, 'catalog_invalid');
  });

  test.each(['provider_overloaded', 'provider_quota_exhausted'] as const)(
    '%s: costs the message nothing, and says why its upstream rests',
    async (code) => {
      const id = await client.send('x', { max_retries: 0, metadata: { simulate: { fail: code } } });
      const pauses = `llmq_upstream_pauses_total{lane="simulator",code="${code}"}`;
      await eventually(async () => expect((await client.get('/metrics')).body).toContain(pauses));
      const { body } = await client.delete(`/api/v1/messages/${id}`);
      expect(body).toMatchObject({ retry_count: 0, status: 'cancelled' });
      expect(system.gateways[0]!.log).toMatch(new RegExp(`"code":"${code}".*the upstream is saturated`));
      await expectAdvice(client, code);
    },
  );
});

describe('errors of a system whose stores are tampered with', () => {
  let system: System;
  let client: Client;
  let redis: Redis;

  beforeAll(async () => {
    system = await startSystem('shared');
    client = new Client(system.gateways[0]!.url);
    redis = new Redis(system.env['REDIS_URL']!);
  });
  afterAll(async () => {
    redis?.disconnect();
    await system?.stop();
  });

  test('stream_lost: the beginning of a reply is gone while it runs', async () => {
    const simulate = { hang: true, after_chunks: 3, delay_ms: 50 };
    const id = await client.send('long', { metadata: { simulate } });
    const key = `{${system.env['REDIS_PREFIX']}}:reply:${id}`;
    await eventually(async () => expect(await redis.xlen(key)).toBeGreaterThan(2));
    await redis.xtrim(key, 'MAXLEN', '=', 1);
    const { body } = await client.get(`/api/v1/messages/${id}/stream`);
    expect(body).toContain(': stream_lost');
    await expectAdvice(client, 'stream_lost');
    await client.delete(`/api/v1/messages/${id}`);
  });

  test('intake_overloaded: more batches than may wait for the disk, and no more are waited for', async () => {
    const postgres = new PostgresClient({ connectionString: system.env['DATABASE_URL'] });
    await postgres.connect();
    await postgres.query('BEGIN');
    // Whoever inserts waits behind it.
    await postgres.query('LOCK TABLE messages IN EXCLUSIVE MODE');
    const messages = [{ user_id: 'u', content: 'x', delay: '1h' }];
    try {
      const answers = await Promise.all(
        Array.from({ length: 130 }, () => client.post('/api/v1/messages/batch', { messages })),
      );
      const results = answers.flatMap(({ body }) => body.results as { error?: object }[]);
      const refused = results.filter(({ error }) => JSON.stringify(error)?.includes('intake_overloaded'));
      expect(refused.length).toBeGreaterThan(0);
      for (const each of refused)
        expect(each).toMatchObject({ status: 503, error: { code: 'intake_overloaded', status: 503 } });
    } finally {
      await postgres.end();
    }
    await expectAdvice(client, 'intake_overloaded');
  });

  test('internal: what nobody foresaw is told without what it was, and logged with it', async () => {
    await query(system, 'ALTER TABLE callback_deliveries RENAME TO elsewhere');
    const { status, body } = await client.get('/api/v1/webhooks/deliveries');
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'internal', status: 500, detail: ERRORS.internal.title });
    expect(JSON.stringify(body)).not.toContain('callback_deliveries');
    await eventually(() => expect(system.gateways[0]!.log).toContain(body.request_id));
    await expectAdvice(client, 'internal');
  });
});
