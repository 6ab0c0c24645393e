import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Chat } from './support/chat.js';
import { startSystem, type System, TOPOLOGIES } from './support/system.js';
import { TaskClient } from './support/task-client.js';

const KEYS = { mine: 'key-of-my-tenant-0123456789', other: 'key-of-another-tenant-0123456789' };

interface Told {
  readonly event_type: string;
  readonly task_id: string;
  readonly status: string;
  readonly data?: unknown;
}

describe.each(TOPOLOGIES)('task events over /ws (%s)', (topology) => {
  let system: System;
  let client: TaskClient;

  beforeAll(async () => {
    const API_KEYS = `mine:${KEYS.mine}:mine,other:${KEYS.other}:other`;
    system = await startSystem(topology, { API_KEYS });
    client = new TaskClient(system.gateways[0]!.url, { 'x-api-key': KEYS.mine });
  });
  afterAll(() => system?.stop());

  /** Through another gateway than the tasks come where there are two. */
  const watch = (key: string, query = '') => Chat.open(system.gateways.at(-1)!.url, `?token=${key}${query}`);
  const toldOf = ({ frames }: Chat, id: string) =>
    frames.map((frame) => JSON.parse(frame) as Told).filter(({ task_id }) => task_id === id);

  test('tell the tenant what becomes of its tasks, and nobody else', async () => {
    const [mine, silent, other] = await Promise.all([
      watch(KEYS.mine, '&mode=tasks'),
      watch(KEYS.mine),
      watch(KEYS.other, '&mode=tasks'),
    ]);
    const id = await client.submit({ type: 'custom', prompt: 'Say something' });
    for (const socket of [mine, silent])
      await eventually(() => {
        const told = toldOf(socket, id);
        expect(told[0]).toMatchObject({ event_type: 'started', status: 'running' });
        expect(told.at(-1)).toMatchObject({ event_type: 'completed', status: 'completed', progress: 100 });
        expect(told.at(-1)!.data).toEqual(expect.any(String));
      });
    expect(other.frames).toEqual([]);
    for (const socket of [mine, silent, other]) socket.leave();
  });

  test('end with the first text of a chat', async () => {
    const chat = await watch(KEYS.mine);
    chat.send('hello');
    await chat.heard('hello');
    const before = chat.frames.length;
    await client.done(await client.submit());
    expect(chat.frames.slice(before).filter((frame) => frame.includes('event_type'))).toEqual([]);
    chat.leave();
  });
});
