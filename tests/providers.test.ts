import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { putKeyBack } from './support/put-key-back.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const PATH = '/api/v1/providers';

describe.each(PROFILES)('providers (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, openAiEnv(upstream));
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => {
    upstream.clearCalls();
    upstream.behave({ reply: 'ok', chunks: 2 });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  test('are listed by their names, with their models and what these cost', async () => {
    expect((await client.get(PATH)).body).toEqual({ providers: ['openai', 'simulator'] });
    const { models } = (await client.get(`${PATH}/openai/models`)).body;
    expect(models).toContainEqual(
      expect.objectContaining({
        id: 'gpt-5-mini',
        provider: 'openai',
        type: 'chat',
        pricing: expect.anything(),
      }),
    );
    expect((await client.get(`${PATH}/simulator/models`)).body.models).toMatchObject([
      { id: 'simulator-1', pricing: null },
    ]);
  });

  test('one that is not there, or not turned on, is unknown, with the reason', async () => {
    for (const path of ['nobody/status', 'nobody/models', 'kimi/status'])
      expect(await client.get(`${PATH}/${path}`)).toMatchObject({ body: { code: 'provider_unknown' } });
    expect((await client.get(`${PATH}/kimi/models`)).body.detail).toContain('KIMI_API_KEY');
    expect(await client.post(`${PATH}/nobody/test`, {})).toMatchObject({
      body: { code: 'provider_unknown' },
    });
  });

  test('are tried by the way that every message takes, and that is counted', async () => {
    const { status, body } = await client.post(`${PATH}/openai/test`, { content: 'Are you there?' });
    expect([status, body]).toMatchObject([
      200,
      { ok: true, message: { status: 'completed', provider: 'openai', reply: { content: 'ok' } } },
    ]);
    expect(body.first_token_time).toMatch(/ms|s$/);
    expect(upstream.calls()).toMatchObject([{ messages: [{ text: 'Are you there?' }] }]);
    await eventually(async () => {
      const { body: now } = await client.get(`${PATH}/openai/status`);
      expect(now).toMatchObject({ name: 'openai', available: true, paused_for: null, current_load: 0 });
      expect(now.success_count).toBeGreaterThan(0);
      expect(now.response_time).not.toBeNull();
      expect(now.last_check).not.toBeNull();
    });
    expect(Object.keys((await client.get(`${PATH}/status`)).body)).toEqual(['openai', 'simulator']);
  });

  test('one that refuses its key says so in its try and in its status', async () => {
    upstream.behave({ status: 401 });
    const { body } = await client.post(`${PATH}/openai/test`, {});
    expect(body).toMatchObject({
      ok: false,
      first_token_time: null,
      message: { status: 'failed', error: { code: 'provider_unauthorized' } },
    });
    await eventually(async () =>
      expect((await client.get(`${PATH}/openai/status`)).body).toMatchObject({ available: false }),
    );
    expect(JSON.stringify((await client.get(`${PATH}/status`)).body)).not.toContain('sk-');
    upstream.behave({ reply: 'ok' });
    await putKeyBack(client, 'openai');
    await eventually(async () =>
      expect((await client.get(`${PATH}/openai/status`)).body).toMatchObject({ available: true }),
    );
  });

  test('a try ends when its time is over', async () => {
    upstream.behave({ firstChunkDelayMs: 5_000 });
    const { body } = await client.post(`${PATH}/openai/test`, { timeout: '300ms' });
    expect(body).toMatchObject({ ok: false, first_token_time: null });
    expect(await client.post(`${PATH}/openai/test`, { timeout: '1h' })).toMatchObject({ status: 400 });
  });
});
