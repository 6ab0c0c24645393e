import { describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { DEAD_LETTERS as PATH, idsOf, REFUSED } from './support/dead-letters.js';
import { DeadLetterDesk } from './support/dead-letter-desk.js';
import { metric } from './support/faults.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem } from './support/system.js';
import { startFakeUpstream } from './upstream/fake-upstream.js';

describe.each(PROFILES)('redrives (%s)', (topology) => {
  const desk = DeadLetterDesk.opened(topology);
  const { as, contents, dead, listed } = desk;

  const redriven = (id: string) =>
    eventually(async () => {
      const { body } = await desk.elsewhere.get(`${PATH}/redrives/${id}`);
      expect(body.state).toBe('done');
      return body;
    });

  test('many are requeued by filter, at a rate, one redrive at a time', async () => {
    const mine = await dead(6, { user_id: 'ada' });
    const others = await dead(2, { user_id: 'bob' });
    const startedAt = performance.now();
    const { status, headers, body } = await desk.client.post(`${PATH}/requeue`, {
      filter: { user_id: 'ada', newer_than: '1h' },
      rate: 4,
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`${PATH}/redrives/${body.id}`);
    expect(body).toMatchObject({
      state: 'running',
      filter: { user_id: 'ada', newer_than: '1h' },
      rate: 4,
      total: 6,
      requeued: 0,
      requested_by: 'ops',
    });
    expect(await desk.elsewhere.post(`${PATH}/requeue`, {})).toMatchObject({
      status: 409,
      body: { code: 'redrive_running' },
    });
    expect(await as('eve').get(`${PATH}/redrives/${body.id}`)).toMatchObject({ status: 404 });
    expect(await redriven(body.id)).toMatchObject({ requeued: 6, skipped: 0, remaining: 0 });
    expect(performance.now() - startedAt).toBeGreaterThan(1_400);
    for (const id of mine) expect((await desk.client.ended(id)).status).toBe('completed');
    expect(idsOf(await listed()).toSorted()).toEqual(others.toSorted());
    expect(contents()).toHaveLength(6);
    const { audit } = (await desk.client.get(`${PATH}/audit?redrive_id=${body.id}`)).body;
    expect(audit.map(({ message_id }: Answer['body']) => message_id).toSorted()).toEqual(mine.toSorted());
  });

  test('a redrive can be stopped', async () => {
    await dead(5);
    const { id } = (await desk.client.post(`${PATH}/requeue`, { rate: 2 })).body;
    await eventually(async () =>
      expect((await desk.client.get(`${PATH}/redrives/${id}`)).body.requeued).toBeGreaterThan(0),
    );
    expect(await as('eve').delete(`${PATH}/redrives/${id}`)).toMatchObject({ status: 404 });
    const stopped = await desk.elsewhere.delete(`${PATH}/redrives/${id}`);
    expect(stopped).toMatchObject({ status: 200, body: { state: 'stopped', stopped_by: 'ops' } });
    const { requeued, remaining } = stopped.body;
    expect(remaining).toBe(5 - requeued);
    expect(await listed()).toHaveLength(remaining);
    expect((await desk.client.post(`${PATH}/redrives/${id}/stop`, undefined)).body).toEqual(stopped.body);
    // Another one takes what the first has left, and nothing else.
    const rest = await desk.client.post(`${PATH}/requeue`, undefined);
    expect(await redriven(rest.body.id)).toMatchObject({ total: remaining, requeued: remaining, rate: 50 });
    await eventually(() => expect(contents()).toHaveLength(5));
    const { redrives } = (await desk.client.get(`${PATH}/redrives`)).body;
    expect(idsOf(redrives.slice(0, 2))).toEqual([rest.body.id, id]);
  });

  test('one and all are requeued, under the older names', async () => {
    const [one, two] = await dead(2);
    const answer = await desk.client.post(`/api/v1/admin/dead-letter/requeue/${one}`, undefined);
    expect(answer).toMatchObject({ status: 200, body: { id: one } });
    const all = await desk.client.post('/api/v1/admin/dead-letter/requeue-all', undefined);
    expect(all).toMatchObject({ status: 202, body: { total: 1 } });
    await redriven(all.body.id);
    for (const id of [one!, two!]) expect((await desk.client.ended(id)).status).toBe('completed');
  });
});

describe('a redrive (fleet)', () => {
  test('goes on under another leader, and requeues nothing twice', async () => {
    const upstream = await startFakeUpstream();
    const system = await startSystem('fleet', openAiEnv(upstream));
    await system.start('scheduler');
    try {
      const client = new Client(system.gateways[0]!.url);
      upstream.behave(REFUSED);
      const ids = await Promise.all(Array.from({ length: 12 }, (_, i) => client.send(`fails ${i}`)));
      for (const id of ids) await client.ended(id);
      upstream.behave({});
      upstream.clearCalls();
      const { id } = (await client.post(`${PATH}/requeue`, { rate: 4 })).body;
      const progress = async () => (await client.get(`${PATH}/redrives/${id}`)).body;
      await eventually(async () => expect((await progress()).requeued).toBeGreaterThan(1));
      const schedulers = system.of('scheduler');
      const leads = await Promise.all(schedulers.map((each) => metric(each, 'llmq_scheduler_leader')));
      await system.kill(schedulers[leads.indexOf(1)]!);
      await eventually(async () => expect(await progress()).toMatchObject({ state: 'done', requeued: 12 }));
      for (const each of ids) expect((await client.ended(each)).status).toBe('completed');
      expect(upstream.calls()).toHaveLength(12);
    } finally {
      await system.stop();
      await upstream.close();
    }
  });
});
