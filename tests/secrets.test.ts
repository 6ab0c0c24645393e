import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const PROVIDER_KEY = 'sk-canary-provider-4f1d';
const CLIENT_KEY = 'canary-client-key-77aa';
const PROMPT = 'canary-prompt-91c3';
const CANARIES = [PROVIDER_KEY, CLIENT_KEY];

let upstream: FakeUpstream;
let system: System;
let client: Client;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  system = await startSystem('embedded', {
    LOG_LEVEL: 'trace',
    OPENAI_API_KEY: PROVIDER_KEY,
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    API_KEYS: `app:${CLIENT_KEY}`,
    MESSAGE_MAX_RETRIES: '1',
  });
  client = new Client(system.gateways[0]!.url, { authorization: `Bearer ${CLIENT_KEY}` });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
});

test('neither keys nor what users write are in logs, and keys are in no answer', async () => {
  const answers: unknown[] = [];
  const errorBody = { error: { message: `no such key: ${PROVIDER_KEY}` } };
  for (const behaviour of [
    {},
    { status: 400, errorBody },
    { status: 500, errorBody },
    { cutBeforeHeaders: true },
    { garbage: true },
    // Last, since it takes the key out.
    { status: 401, errorBody },
  ]) {
    upstream.behave(behaviour);
    answers.push(await client.ended(await client.send(PROMPT, { metadata: { note: PROMPT } })));
  }
  for (const path of [
    '/health',
    '/ready',
    '/api/v1/health',
    '/metrics',
    '/api/v1/messages',
    `/nope?key=${CLIENT_KEY}`,
  ])
    answers.push((await client.get(path)).body);
  answers.push((await client.post('/api/v1/messages', { user_id: 'u' })).body);
  answers.push(
    (await new Client(client.url, { 'x-api-key': `${CLIENT_KEY}x` }).get('/api/v1/messages')).body,
  );

  const { log } = system.gateways[0]!;
  expect(log).toContain('message ended');
  for (const canary of [...CANARIES, PROMPT]) expect(log).not.toContain(canary);
  for (const canary of CANARIES)
    expect(JSON.stringify(answers).replaceAll('/nope', '')).not.toContain(canary);
  expect(upstream.calls().length).toBeGreaterThan(4);
});
