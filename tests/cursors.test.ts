import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client, textOf } from './support/client.js';
import { startSystem, type System } from './support/system.js';

/** Numbers of the events that are made from the ledger once the log is gone. */
const SNAPSHOT = 2 ** 52;

let system: System;
let client: Client;

beforeAll(async () => {
  system = await startSystem('embedded', { SIMULATOR_DELAY: '60ms', STREAM_RETENTION: '1s' });
  client = new Client(system.gateways[0]!.url);
});
afterAll(() => system?.stop());

test('a cursor beyond everything that will come ends with the message, not never', async () => {
  const id = await client.send('hello');
  expect(await client.events(id, 1_000)).toEqual([]);
  expect((await client.ended(id)).status).toBe('completed');
  expect(await client.events(id, 1_000)).toEqual([]);
});

test('who has seen part of a snapshot gets the whole text again, also while there is a log', async () => {
  const id = await client.send('hello');
  const { reply } = await client.ended(id);
  const events = await client.events(id, SNAPSHOT);
  expect(events.map(({ id: number }) => number)).toEqual([SNAPSHOT, SNAPSHOT + 1, SNAPSHOT + 2]);
  expect(events.map(({ event }) => event)).toEqual(['reset', 'delta', 'end']);
  expect(textOf(events)).toBe(reply.content);
  expect(await client.events(id, SNAPSHOT + 2)).toEqual([]);
});

test.each(['-1', '1.5', 'abc', '9007199254740993'])(
  'the cursor %s in the query is refused',
  async (cursor) => {
    const id = await client.send('hello');
    const { status, body } = await client.get(`/api/v1/messages/${id}/stream?last_event_id=${cursor}`);
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('last_event_id');
  },
);
