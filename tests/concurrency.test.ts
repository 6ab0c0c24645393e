import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { openAiEnv } from './support/openai-env.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type UpstreamCall } from './upstream/call-log.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const TASK_TYPES = `task_types:
  - name: one-by-one
    prompt: '{{prompt}}'
    limits: { concurrency: 1 }
  - name: rare
    prompt: '{{prompt}}'
    limits: { requests_per_minute: 3 }
`;

/** How many calls whose text begins so ran at once at most. */
function peakOf(calls: readonly UpstreamCall[], beginning = ''): number {
  const mine = calls.filter(({ messages }) => messages.at(-1)!.text.startsWith(beginning));
  const running = (at: number) =>
    mine.filter(({ receivedAt, finishedAt }) => receivedAt <= at && at < (finishedAt ?? Infinity)).length;
  return Math.max(0, ...mine.map(({ receivedAt }) => running(receivedAt)));
}

describe.each(PROFILES)('how many run at once (%s)', (topology) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-concurrency-'));
  let upstream: FakeUpstream;
  let system: System;
  let acme: Client;
  let umbrella: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const file = join(folder, 'task-types.yaml');
    writeFileSync(file, TASK_TYPES);
    system = await startSystem(topology, {
      ...openAiEnv(upstream),
      TASK_TYPES_FILE: file,
      API_KEYS: 'acme:key-of-the-tenant-acme:acme,umbrella:key-of-the-tenant-umbrella:umbrella',
      TENANTS: JSON.stringify({ acme: { concurrency: 4 } }),
      QUEUE_CONCURRENCY: '6',
      QUEUE_USER_CONCURRENCY: '3',
    });
    const at = (tenant: string, n: number) =>
      new Client(system.gateways.at(n)!.url, { 'x-api-key': `key-of-the-tenant-${tenant}` });
    [acme, umbrella] = [at('acme', 0), at('umbrella', -1)];
  });
  beforeEach(() => {
    upstream.behave({ headersDelayMs: 60 });
    upstream.clearCalls();
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
    rmSync(folder, { recursive: true });
  });

  const send = (client: Client, count: number, user: string, extra: Readonly<Record<string, unknown>> = {}) =>
    Array.from({ length: count }, (_, n) => client.send(`${user} ${n}`, { user_id: user, ...extra }));
  const ended = async (client: Client, ids: readonly Promise<string>[]) =>
    Promise.all((await Promise.all(ids)).map((id) => client.ended(id)));

  test('is bounded for each user, each tenant and in all, and costs nobody an attempt', async () => {
    const mine = [...send(acme, 12, 'ada'), ...send(acme, 12, 'bob')];
    const others = [...send(umbrella, 12, 'eve'), ...send(umbrella, 12, 'kim')];
    for (const message of [...(await ended(acme, mine)), ...(await ended(umbrella, others))])
      expect(message).toMatchObject({ status: 'completed', retry_count: 0 });
    const calls = upstream.calls();
    expect(calls).toHaveLength(48);
    const peaks = ['ada', 'bob', 'eve', 'kim', ''].map((user) => peakOf(calls, user));
    for (const [i, peak] of peaks.entries()) expect(peak).toBeLessThanOrEqual(i < 4 ? 3 : 6);
    const ofAcme = calls.filter(({ messages }) => /^(?:ada|bob)/.test(messages.at(-1)!.text));
    expect(peakOf(ofAcme)).toBeLessThanOrEqual(4);
    // The bounds are made use of.
    expect(peakOf(calls)).toBeGreaterThanOrEqual(2);
  });

  test('a user at his bound keeps nobody else waiting', async () => {
    const many = send(acme, 30, 'ada', { priority: 'high' });
    await Promise.all(many);
    const [one] = await ended(umbrella, send(umbrella, 1, 'eve', { priority: 'low' }));
    const { completed_at } = one as { completed_at: string };
    const all = (await ended(acme, many)) as { completed_at: string }[];
    const later = all.filter((message) => message.completed_at > completed_at);
    expect(later.length).toBeGreaterThan(10);
  });

  test('of those who wait for the same place the best priority comes first', async () => {
    const first = send(acme, 3, 'ada');
    await Promise.all(first);
    const low = send(acme, 6, 'ada', { priority: 'low' });
    await Promise.all(low);
    const urgent = await acme.ended(await acme.send('urgent', { user_id: 'ada', priority: 'realtime' }));
    expect(urgent).toMatchObject({ status: 'completed' });
    const order = upstream.calls().map(({ messages }) => messages.at(-1)!.text);
    expect(order.indexOf('urgent')).toBeLessThan(7);
    await ended(acme, [...first, ...low]);
  });

  test('is bounded for a task type, beside others', async () => {
    const bound = send(umbrella, 6, 'eve', { task_type: 'one-by-one' });
    const free = send(umbrella, 6, 'kim');
    await Promise.all([ended(umbrella, bound), ended(umbrella, free)]);
    expect([peakOf(upstream.calls(), 'eve'), upstream.calls().length]).toEqual([1, 12]);
    expect(peakOf(upstream.calls(), 'kim')).toBeGreaterThan(1);
  });

  test('a task type that has used up its rate waits, and its messages lose no attempt', async () => {
    const rare = await Promise.all(send(umbrella, 5, 'eve', { task_type: 'rare' }));
    const free = await umbrella.ended(await umbrella.send('free', { user_id: 'kim' }));
    expect(free).toMatchObject({ status: 'completed' });
    await eventually(async () => {
      const all = await Promise.all(rare.map((id) => umbrella.get(`/api/v1/messages/${id}`)));
      expect(all.filter(({ body }) => body.status === 'completed')).toHaveLength(3);
      for (const { body } of all) expect(body).toMatchObject({ retry_count: 0, error: null });
    });
    const ofEve = upstream.calls().filter(({ messages }) => messages.at(-1)!.text.startsWith('eve'));
    expect(ofEve).toHaveLength(3);
    await Promise.all(rare.map((id) => umbrella.delete(`/api/v1/messages/${id}`)));
  });
});
