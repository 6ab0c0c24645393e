import { globSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { type ErrorCode, ERRORS, FIXES } from '#contracts';
import { eventually } from '#testing';
import { Chat, upgrade } from './support/chat.js';
import { type Answer, Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const isTest = (file: string) => /\.(test|conformance)\.ts$/.test(file);
const namedIn = (files: readonly string[]) => {
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return (code: string) => new RegExp(`\\b${code}\\b`).test(text);
};

describe('every error', () => {
  const TABLES = /contracts\/src\/(errors|error-fixes)\.ts$/;
  const sources = globSync('{apps,libs}/*/src/**/*.ts');

  test('is thrown somewhere', () => {
    const isNamed = namedIn(sources.filter((file) => !isTest(file) && !TABLES.test(file)));
    expect(CODES.filter((code) => !isNamed(code))).toEqual([]);
  });

  test('is provoked by a test', () => {
    const isNamed = namedIn([...sources.filter(isTest), ...globSync('tests/**/*.ts')]);
    expect(CODES.filter((code) => !isNamed(code))).toEqual([]);
  });

  test('is documented, with a status and with what to change', () => {
    const page = readFileSync('docs/errors.md', 'utf8');
    for (const code of CODES) {
      expect(ERRORS[code].status, code).toSatisfy((status: number) => status >= 400 && status < 600);
      expect(FIXES[code], code).toMatch(/^[A-Z].{10,}[^.]$/);
      expect(page).toContain(`| \`${code}\` | ${ERRORS[code].status} |`);
      expect(page).toContain(FIXES[code]);
    }
  });

  test('names only settings that there are', () => {
    const config = loadConfig({ env: {} }) as unknown as Record<string, Record<string, unknown>>;
    const named = Object.values(FIXES).flatMap((fix) =>
      [...fix.matchAll(/`([a-z_]+)\.([a-z_]+)(?:\.[*.a-z_]+)?`/g)].map(([, section, key]) => [
        section!,
        key!,
      ]),
    );
    expect(named.length).toBeGreaterThan(8);
    for (const [section, key] of named)
      expect(Object.keys(config[section!] ?? {}), `${section}.${key}`).toContain(key);
  });
});

/** Those that nothing else provokes through a door. */
describe('errors of a small system', () => {
  let system: System;
  let client: Client;
  const left: Chat[] = [];

  beforeAll(async () => {
    system = await startSystem('embedded', {
      ENDPOINTS_ALLOW_PRIVATE: 'true',
      ENDPOINTS_MAX: '1',
      HTTP_MAX_STREAMS: '1',
      MESSAGE_MAX_REPLY_LENGTH: '1000',
      SIMULATOR_DELAY: '0ms',
      SOCKET_ALLOWED_ORIGINS: 'https://app.test',
      SOCKET_MAX_PER_ADDRESS: '2',
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());
  afterEach(() => left.splice(0).forEach((chat) => chat.leave()));

  function expectProblem({ status, body }: Answer, code: ErrorCode): void {
    expect(body).toMatchObject({ code, status: ERRORS[code].status, detail: expect.stringMatching(/\S/) });
    expect(status).toBe(ERRORS[code].status);
  }

  test.each([
    ['delivery_not_found', 'GET', '/api/v1/webhooks/deliveries/dlv_0'],
    ['delivery_not_found', 'POST', '/api/v1/webhooks/deliveries/dlv_0/redeliver'],
    ['redrive_not_found', 'GET', '/api/v1/dead-letters/redrives/redrive_0'],
    ['redrive_not_found', 'POST', '/api/v1/dead-letters/redrives/redrive_0/stop'],
  ] as const)('%s: %s %s', async (code, method, path) => {
    expectProblem(await client.request(method, path), code);
    expect((await client.get(`/errors/${code}`)).body).toMatchObject({ code, fix: FIXES[code] });
  });

  test('invalid_schedule: a message at two times', async () => {
    const times = { scheduled_at: new Date(Date.now() + 60_000).toISOString(), delay: '1m' };
    const answer = await client.post('/api/v1/messages', { user_id: 'u', content: 'x', ...times });
    expectProblem(answer, 'invalid_schedule');
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'delay' })]);
  });

  test('allocation_exists: the same request twice', async () => {
    await client.post('/api/v1/resources', { id: 'gpu', type: 'm', capacity: { gpu: 4 } });
    const request = { model_type: 'm', request_id: 'mine', requirements: { gpu: 1 } };
    const first = await client.post('/api/v1/resources/allocate', request);
    expect(first.status).toBeLessThan(300);
    expectProblem(await client.post('/api/v1/resources/allocate', request), 'allocation_exists');
  });

  test('limit_reached: one endpoint too many', async () => {
    const add = (id: string) =>
      client.post('/api/v1/endpoints', { id, url: 'http://127.0.0.1:9/v1', enabled: false });
    expect((await add('one')).status).toBe(201);
    expectProblem(await add('two'), 'limit_reached');
  });

  test('reply_too_large: a reply without end', async () => {
    const id = await client.send('x'.repeat(1_000), { max_retries: 0 });
    expect(await client.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'reply_too_large', message: expect.stringMatching(/\S/) },
    });
  });

  test('too_many_streams: one reader too many', async () => {
    const id = await client.send('hangs', { metadata: { simulate: { hang: true } } });
    const path = `/api/v1/messages/${id}/stream`;
    const leave = new AbortController();
    await fetch(client.url + path, { signal: leave.signal });
    expectProblem(await client.get(path), 'too_many_streams');
    leave.abort();
    await client.delete(`/api/v1/messages/${id}`);
    await eventually(async () => expect((await client.get(path)).status).toBe(200));
  });

  test('too_many_connections and origin_not_allowed: sockets that are refused', async () => {
    for (let i = 0; i < 2; i += 1) left.push(await Chat.open(client.url));
    expect(await upgrade(client.url)).toMatchObject({
      status: 429,
      headers: { 'x-error-code': 'too_many_connections' },
    });
    expect(await upgrade(client.url, '', { origin: 'https://evil.test' })).toMatchObject({
      status: 403,
      headers: { 'x-error-code': 'origin_not_allowed' },
    });
  });
});
