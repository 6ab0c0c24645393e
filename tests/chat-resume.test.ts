import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Chat, SessionReader } from './support/chat.js';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const READERS = 40;
const CHUNKS = 20;

/** Events with at least this number are made from the ledger. */
const FROM_LEDGER = 2 ** 52;

const answer = (content: string, chunks: number) =>
  Array.from({ length: chunks }, (_, i) => `chunk ${i + 1}: ${content}\n`).join('');

describe('readers', () => {
  let system: System;
  let client: Client;

  beforeAll(async () => {
    system = await startSystem('fleet', {
      SIMULATOR_DELAY: '30ms',
      SIMULATOR_MAX_CONCURRENCY: '60',
      STREAM_RETENTION: '1s',
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());

  const session = async () => (await client.post('/api/v1/sessions', {})).body.id as string;
  const send = async (id: string, content: string, simulate: object = {}) => {
    const { status, body } = await client.post(`/api/v1/sessions/${id}/messages`, {
      content,
      metadata: { simulate },
    });
    expect(status).toBe(201);
    return body.id as string;
  };

  test('go on at the exact character when the log of the reply is gone', async () => {
    const id = await session();
    const whole = await SessionReader.open(client.url, id);
    const messages = [await send(id, 'grüße 😀'), await send(id, 'b')];
    await whole.replies(2);
    whole.leave();
    for (const message of messages)
      await eventually(async () =>
        expect((await client.events(message))[0]!.id).toBeGreaterThanOrEqual(FROM_LEDGER),
      );
    const text = answer('grüße 😀', 5) + answer('b', 5);
    for (const [i, event] of whole.chunks.entries()) {
      const rest = await SessionReader.open(client.url, id, event.id);
      await rest.replies(whole.chunks.slice(i + 1).filter(({ data }) => data['is_last']).length);
      const seen = whole.chunks.slice(0, i + 1).map(({ data }) => data['chunk'] as string);
      expect(seen.join('') + rest.text).toBe(text);
      rest.leave();
    }
  });

  test('keep what a failed reply had said, and see what is repeated once only', async () => {
    const id = await session();
    const reader = await SessionReader.open(client.url, id);
    await send(id, 'x', { fail: 'provider_unavailable', after_chunks: 4, times: 1, chunks: 5 });
    await send(id, 'no', { fail: 'provider_rejected', after_chunks: 2 });
    await reader.replies(2);
    expect(reader.text).toBe(answer('x', 5) + answer('no', 2));
    reader.leave();
  });

  test('go on at another gateway when theirs is killed, without a loss, a duplicate or a wrong order', async () => {
    const doomed = await system.start('api-gateway');
    const ids = await Promise.all(Array.from({ length: READERS }, session));
    const before = await Promise.all(ids.map((id) => SessionReader.open(doomed.url, id)));
    for (const id of ids) {
      await send(id, `one ${id}`, { chunks: CHUNKS });
      await send(id, `two ${id}`, { chunks: CHUNKS });
    }
    await eventually(() => expect(before.every(({ text }) => text !== '')).toBe(true));
    await system.kill(doomed);
    await Promise.all(before.map((reader) => reader.over()));
    await Promise.all(
      ids.map(async (id, i) => {
        const after = await SessionReader.open(client.url, id, before[i]!.lastId);
        const ended = before[i]!.chunks.filter(({ data }) => data['is_last']).length;
        await after.replies(2 - ended);
        expect(before[i]!.text + after.text).toBe(answer(`one ${id}`, CHUNKS) + answer(`two ${id}`, CHUNKS));
        after.leave();
      }),
    );
  });

  test('of sockets get the text once when the worker of their answers is killed', async () => {
    const chats = await Promise.all(Array.from({ length: 12 }, () => Chat.open(client.url)));
    for (const [i, chat] of chats.entries()) for (const n of [1, 2]) chat.send(`${n} of ${i}`);
    await eventually(() => expect(chats.every(({ text }) => text !== '')).toBe(true));
    await system.kill(system.workers[0]!);
    const wanted = chats.map((_, i) => answer(`1 of ${i}`, 5) + answer(`2 of ${i}`, 5));
    await eventually(() => expect(chats.map(({ text }) => text)).toEqual(wanted), { timeoutMs: 20_000 });
    for (const chat of chats) chat.leave();
  });
});
