import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TaskEvent } from '#contracts';
import { eventually } from '#testing';
import { Chat, upgrade } from './support/chat.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { TaskClient } from './support/task-client.js';

const KEYS = { mine: 'key-of-the-tenant-mine', theirs: 'key-of-the-tenant-theirs' };
const API_KEYS = Object.entries(KEYS)
  .map(([name, key]) => `${name}:${key}:${name}:read+write`)
  .join(',');

/** What a browser hears of tasks, at whichever gateway. */
describe.each(PROFILES)('news of tasks (%s)', (topology) => {
  let system: System;
  let client: TaskClient;
  let plain: Chat;
  let asked: Chat;
  let theirs: Chat;

  const eventsOf = ({ frames }: Chat): TaskEvent[] => frames.map((frame) => JSON.parse(frame) as TaskEvent);
  const heard = (chat: Chat, id: string) => eventsOf(chat).filter(({ task_id }) => task_id === id);
  const typesOf = (chat: Chat, id: string) => heard(chat, id).map(({ event_type }) => event_type);

  function requireNews(id: string): void {
    for (const chat of [plain, asked])
      if (heard(chat, id).length === 0) throw new Error(`nothing was told of ${id}`);
  }

  beforeAll(async () => {
    system = await startSystem(topology, { SIMULATOR_DELAY: '1ms', API_KEYS });
    client = new TaskClient(system.gateways[0]!.url, { 'x-api-key': KEYS.mine });
    const url = system.gateways.at(-1)!.url;
    plain = await Chat.open(url, `?token=${KEYS.mine}`);
    asked = await Chat.open(url, `?mode=tasks&token=${KEYS.mine}`);
    theirs = await Chat.open(url, `?mode=tasks&token=${KEYS.theirs}`);
    // Listening begins a moment after it was asked for.
    await eventually(async () => {
      const id = await done();
      await eventually(() => requireNews(id), { timeoutMs: 500 });
    });
  });
  afterAll(async () => {
    for (const chat of [plain, asked, theirs]) chat?.leave();
    await system?.stop();
  });

  async function done(task: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const id = await client.submit(task);
    await client.done(id);
    return id;
  }

  test('tell its start, how far it is, and its result', async () => {
    const simulate = { chunks: 20, delay_ms: 150 };
    const id = await done({ config: { max_tokens: 200 }, metadata: { simulate } });
    const { result } = (await client.task(id)).body;
    for (const chat of [plain, asked]) {
      await expect.poll(() => typesOf(chat, id).at(-1)).toBe('completed');
      expect(typesOf(chat, id)[0]).toBe('started');
      expect(typesOf(chat, id)).toContain('progress');
      expect(heard(chat, id).at(-1)).toMatchObject({ status: 'completed', progress: 100, data: result });
    }
    expect(theirs.frames).toEqual([]);
  });

  test('tell what failed, what was cancelled, and nothing of other messages', async () => {
    const failed = await done({ metadata: { simulate: { fail: 'provider_rejected' } } });
    await expect.poll(() => heard(asked, failed).at(-1)).toMatchObject({ event_type: 'failed' });
    const running = await client.submit({ metadata: { simulate: { hang: true } } });
    await expect.poll(() => typesOf(asked, running)).toEqual(['started']);
    await client.delete(`/api/v1/tasks/${running}`);
    await expect.poll(() => heard(asked, running).at(-1)).toMatchObject({ status: 'cancelled' });
    const before = asked.frames.length;
    await client.ended(await client.send('no task'));
    expect(asked.frames.length).toBe(before);
  });

  test('are for nobody without a key', async () => {
    expect((await upgrade(system.gateways[0]!.url, '?mode=tasks')).status).toBe(401);
  });
});
