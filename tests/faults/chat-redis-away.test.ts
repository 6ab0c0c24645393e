import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { Chat, SessionReader } from '../support/chat.js';
import { Client } from '../support/client.js';
import { OUTAGES, PrivateStores } from '../support/private-stores.js';
import { type System } from '../support/system.js';

const CHUNKS = 25;
const answer = (content: string) =>
  Array.from({ length: CHUNKS }, (_, i) => `chunk ${i + 1}: ${content}\n`).join('');

describe('chat while Redis is away', () => {
  let stores: PrivateStores;
  let system: System;
  let url: string;

  beforeAll(async () => {
    stores = await PrivateStores.start();
    system = stores.system('fleet', { SIMULATOR_DELAY: '100ms', SIMULATOR_CHUNKS: String(CHUNKS) });
    for (const role of ['api-gateway', 'queue-manager', 'scheduler'] as const) await system.start(role);
    ({ url } = system.gateways[0]!);
  });
  afterAll(() => system?.stop());

  test.each(OUTAGES)('an answer goes on where it was, Redis %s', async (outage) => {
    const session = (await new Client(url).post('/api/v1/sessions', {})).body.id as string;
    const chat = await Chat.open(url, `?session_id=${session}`);
    const reader = await SessionReader.open(url, session);
    chat.send('hello');
    await eventually(() => {
      expect(chat.text).toContain('chunk 3');
      expect(reader.text).toContain('chunk 3');
    });
    const bringBack = await stores.take(stores.redis, outage);
    onTestFinished(bringBack);
    chat.send('meanwhile');
    await reader.over();
    await bringBack();
    await eventually(() => expect(chat.text).toBe(answer('hello') + answer('meanwhile')), {
      timeoutMs: 25_000,
    });
    const rest = await eventually(() => SessionReader.open(url, session, reader.lastId));
    await rest.replies(2 - reader.chunks.filter(({ data }) => data['is_last']).length);
    expect(reader.text + rest.text).toBe(answer('hello') + answer('meanwhile'));
    rest.leave();
    chat.leave();
  });
});
