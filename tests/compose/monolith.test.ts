import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, freePort } from '#testing';
import { Client } from '../support/client.js';
import { Stack } from './stack.js';

const FILES = ['deployments/docker-compose.monolith.yml'];

/** What deployments/.env would hold, and as if `--profile stores` was said. */
const STORES = {
  COMPOSE_PROFILES: 'stores',
  DATABASE_URL: 'postgres://llmq:llmq@postgres:5432/llmq',
  REDIS_URL: 'redis://:llmq@redis:6379',
};

const PATIENCE_MS = 240_000;

describe.each([
  ['with its own database', {}],
  ['on Redis and Postgres', STORES],
] as const)('one container %s', (_, env) => {
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    const port = await freePort();
    client = new Client(`http://127.0.0.1:${port}`);
    stack = await Stack.of('llmq-test-monolith', FILES, { ...env, PUBLISH_PORT: String(port) });
    await stack.up();
  }, 1_800_000);
  afterAll(() => stack?.down(), 300_000);

  const ready = () =>
    eventually(async () => expect((await client.get('/ready')).body).toMatchObject({ status: 'ready' }), {
      timeoutMs: PATIENCE_MS,
      everyMs: 500,
    });

  test('answers, and knows after a restart what it was told', async () => {
    await ready();
    const id = await client.send('Hello!');
    const ended = await client.ended(id, PATIENCE_MS);
    expect(ended).toMatchObject({ status: 'completed', reply: { provider: 'simulator' } });

    await stack.run(['restart', 'server'], { timeoutMs: 180_000 });
    await ready();
    expect((await client.get(`/api/v1/messages/${id}`)).body).toEqual(ended);

    const [server] = await stack.ids('server');
    await stack.run(['stop', 'server'], { timeoutMs: 180_000 });
    expect((await stack.inspect(server!)).State).toMatchObject({ ExitCode: 0 });
  }, 900_000);
});
