import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { allEnded, metric, mostAtOnce } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const LIMIT = 8;

describe.each(PROFILES)('the scheduler (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, { ...openAiEnv(upstream), OPENAI_MAX_CONCURRENCY: String(LIMIT) });
    client = new Client(system.gateways.at(-1)!.url);
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  const show = async () => (await client.get('/api/v1/scheduler')).body;
  const order = (body: unknown) => client.put('/api/v1/scheduler/override', body);

  test('shows the plan, what it was made from, and why', async () => {
    const scheduler = await eventually(async () => {
      const body = await show();
      expect(body.lanes.openai).toBeDefined();
      return body;
    });
    expect(scheduler).toMatchObject({
      strategy: 'adaptive',
      state: 'planning',
      version: expect.any(Number),
      desired_workers: expect.any(Number),
      frozen: false,
      override: [],
      lanes: { openai: { slots: LIMIT, limit: LIMIT, why: expect.any(String) } },
    });
    expect(Date.parse(scheduler.planned_at)).toBeGreaterThan(Date.now() - 60_000);
    expect(scheduler.decisions).toContainEqual(
      expect.objectContaining({ lane: 'openai', reason: 'start', from: null, to: LIMIT }),
    );
    const leaders = await Promise.all(
      system.of('server', 'scheduler').map((one) => metric(one, 'llm_scheduler_desired_workers')),
    );
    expect(Math.max(...leaders)).toBeGreaterThanOrEqual(1);
  });

  test('an override is obeyed by every worker, and taken back', async () => {
    const ordered = await order({ slots: { openai: 2 } });
    expect(ordered.status).toBe(200);
    expect(ordered.body.override).toEqual([{ lane: 'openai', slots: 2, ends_in: null }]);
    await eventually(async () =>
      expect((await show()).lanes.openai).toMatchObject({ slots: 2, reason: 'override' }),
    );
    await client.events(await client.send('from here on two at once'));
    upstream.clearCalls();
    upstream.behave({ firstChunkDelayMs: 200 });
    const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => client.send(`slow ${n}`)));
    await allEnded(() => client, ids);
    expect(mostAtOnce(upstream.calls())).toBe(2);
    expect((await order({ slots: null })).body.override).toEqual([]);
    await eventually(async () => expect((await show()).lanes.openai.slots).toBe(LIMIT));
  });

  test('a frozen plan stays, and thaws by itself where the order says so', async () => {
    expect((await order({ frozen: true, for: '1s' })).body).toMatchObject({ frozen: true, override: [] });
    await eventually(async () => expect((await show()).lanes.openai.reason).toBe('frozen'));
    await eventually(async () => expect((await show()).frozen).toBe(false));
    await eventually(async () => expect((await show()).lanes.openai.reason).not.toBe('frozen'));
  });

  test.each([
    [{}, 400, 'slots'],
    [{ slots: { openai: 0 } }, 400, 'slots.openai'],
    [{ slots: { nobody: 3 } }, 400, 'slots.nobody'],
    [{ frozen: 'yes' }, 400, 'frozen'],
    [{ frozen: true, for: 'ever' }, 400, 'for'],
  ])('refuses %j and says what to change', async (body, status, field) => {
    const answer = await order(body);
    expect(answer.status).toBe(status);
    expect(answer.body.fields ?? answer.body.errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ field })]),
    );
  });
});
