import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Chat, SessionReader, upgrade } from './support/chat.js';
import { Client } from './support/client.js';
import { Balancer } from './support/balancer.js';
import { PROFILES, startSystem, type System } from './support/system.js';

/** What the simulator answers. */
const answer = (content: string, chunks = 5) =>
  Array.from({ length: chunks }, (_, i) => `chunk ${i + 1}: ${content}\n`).join('');

describe.each(PROFILES)('chat (%s)', (topology) => {
  let system: System;
  let client: Client;
  /** Gives every connection to the next gateway. */
  let proxy: Balancer;
  const open: { leave(): void }[] = [];
  /** Another gateway than the first, where there are two. */
  const here = () => system.gateways[0]!.url;
  const there = () => system.gateways.at(-1)!.url;

  async function chat(query = '', url = here()): Promise<Chat> {
    const one = await Chat.open(url, query);
    open.push(one);
    return one;
  }

  async function reader(session: string, lastEventId?: string, url = there()): Promise<SessionReader> {
    const one = await SessionReader.open(url, session, lastEventId);
    open.push(one);
    return one;
  }

  async function session(fields: object = {}): Promise<string> {
    return (await client.post('/api/v1/sessions', fields)).body.id as string;
  }

  beforeAll(async () => {
    system = await startSystem(topology, { SIMULATOR_DELAY: '40ms', CHAT_PING: '200ms' });
    client = new Client(here());
    proxy = await Balancer.start(system.gateways.map(({ url }) => url));
  });
  afterAll(async () => {
    await proxy?.stop();
    await system?.stop();
  });
  afterEach(() => open.splice(0).forEach((one) => one.leave()));

  describe('as the first clients knew it', () => {
    test('text in over /ws, chunks out over /sse/sess-1', async () => {
      const ws = await chat('', proxy.url);
      const curl = await reader('sess-1', undefined, proxy.url);
      ws.send('Hello, LLM!');
      const chunks = await curl.replies(1);
      expect(curl.events[0]).toMatchObject({ event: 'connected', data: { sessionId: 'sess-1' } });
      expect(curl.text).toBe(answer('Hello, LLM!'));
      expect(chunks[0]!.data).toEqual({ chunk: 'chunk 1: Hello, LLM!\n', is_last: false });
      ws.send('And again');
      await curl.replies(2);
      expect(curl.text).toBe(answer('Hello, LLM!') + answer('And again'));
    });

    test('text in, text frames out as the answer grows', async () => {
      const ws = await chat('', proxy.url);
      ws.send('Hello, LLM!');
      expect(await ws.heard('chunk 5')).toBe(answer('Hello, LLM!'));
      expect(ws.frames.length).toBeGreaterThan(1);
      expect(ws.frames.every((frame) => frame.startsWith('chunk '))).toBe(true);
    });

    test('several messages without waiting are answered in their order', async () => {
      const ws = await chat('', proxy.url);
      const texts = Array.from({ length: 6 }, (_, i) => `message ${i}`);
      for (const text of texts) ws.send(text);
      await ws.heard('chunk 5: message 5');
      expect(ws.text).toBe(texts.map((text) => answer(text)).join(''));
    });

    test('two clients do not hear each other', async () => {
      const [one, two] = [await chat('', proxy.url), await chat('', proxy.url)];
      one.send('one');
      two.send('two');
      await Promise.all([one.heard('chunk 5'), two.heard('chunk 5')]);
      expect([one.text, two.text]).toEqual([answer('one'), answer('two')]);
    });

    test('an unknown session is a 404, a blank one a 400, in plain text', async () => {
      const unknown = await client.get('/sse/nobody');
      expect([unknown.status, unknown.body]).toEqual([404, 'session not found: nobody']);
      const blank = await client.get('/sse/%20');
      expect([blank.status, blank.body]).toEqual([400, 'invalid session id:  ']);
      expect(unknown.headers.get('content-type')).toContain('text/plain');
    });

    test('what is no upgrade is a 400', async () => {
      const { status, body } = await client.get('/ws');
      expect(status).toBe(400);
      expect(body).toMatch(/^upgrade failed: /);
    });
  });

  describe('sessions', () => {
    test('are told to the client, and continued by their name', async () => {
      const { status, headers } = await upgrade(here());
      expect(status).toBe(101);
      expect(headers['x-session-id']).toMatch(/^sess-\d+$/);
      const first = await chat('?session_id=my%20talk');
      first.send('one');
      await first.heard('chunk 5');
      first.leave();
      expect((await upgrade(there(), '?session_id=my%20talk')).headers['x-session-id']).toBe('my%20talk');
      const second = await chat('?session_id=my%20talk', there());
      second.send('two');
      expect(await second.heard('chunk 5')).toBe(answer('two'));
      const { body } = await client.get('/api/v1/sessions/my%20talk');
      const talk = await client.get(`/api/v1/conversations/${body.conversation_id}`);
      expect(talk.body).toMatchObject({
        message_count: 2,
        title: 'my talk',
        metadata: { session_id: 'my talk' },
      });
    });

    test('in mode=session nothing comes back but errors', async () => {
      const ws = await chat('?mode=session&session_id=quiet&user_id=ada');
      const curl = await reader('quiet');
      ws.send(' ');
      ws.send('hi');
      await curl.replies(1);
      expect(curl.text).toBe(answer('hi'));
      expect(ws.frames).toEqual([expect.stringMatching(/^error: content_empty: /)]);
      const { messages } = (await client.get('/api/v1/messages?user_id=ada')).body;
      expect(messages).toMatchObject([{ content: 'hi', user_id: 'ada' }]);
    });

    test('leaving is not cancelling', async () => {
      const ws = await chat('?session_id=left');
      ws.send('go on');
      await ws.heard('chunk 1');
      ws.leave();
      const curl = await reader('left');
      await curl.replies(1);
      expect(curl.text).toBe(answer('go on'));
    });

    test('a text that is refused is told, in its turn, and the connection stays', async () => {
      const ws = await chat();
      ws.send('one');
      ws.send('x'.repeat(200_000));
      ws.send('two');
      await ws.heard('chunk 5: two');
      const refused = ws.frames.findIndex((frame) => frame.startsWith('error: content_too_long: '));
      expect(ws.frames.slice(0, refused).join('')).toBe(answer('one'));
      expect(ws.frames.slice(refused + 1).join('')).toBe(answer('two'));
    });

    test('a reply that fails says so', async () => {
      const id = await session();
      const curl = await reader(id);
      await client.post(`/api/v1/sessions/${id}/messages`, {
        content: 'no',
        metadata: { simulate: { fail: 'provider_rejected', after_chunks: 1 } },
      });
      const chunks = await curl.replies(1);
      expect(chunks.at(-1)!.data).toMatchObject({
        chunk: '',
        is_last: true,
        error: { code: 'provider_rejected' },
      });
    });

    test('a frame of more than 1 MiB is too big, and what is no mode is refused', async () => {
      const ws = await chat();
      ws.send('x'.repeat(1_048_577));
      expect(await ws.closed()).toBe(1009);
      expect((await upgrade(here(), '?mode=nothing')).status).toBe(400);
      expect((await upgrade(here(), '?session_id=%20')).headers['x-error-code']).toBe('invalid_session_id');
    });
  });

  describe('readers of a session', () => {
    test('each get everything, whenever they come', async () => {
      const id = await session();
      const early = await Promise.all([reader(id), reader(id, undefined, here())]);
      await client.post(`/api/v1/sessions/${id}/messages`, { content: 'a' });
      await new Client(there()).post(`/api/v1/sessions/${id}/messages`, { content: 'b' });
      const late = await reader(id);
      for (const one of [...early, late]) {
        await one.replies(2);
        expect(one.text).toBe(answer('a') + answer('b'));
      }
      const now = await reader(`${id}`, `turn.1`);
      await now.replies(1);
      expect(now.text).toBe(answer('b'));
    });

    test('go on behind any event, across replies, at any gateway', async () => {
      const id = await session();
      for (const content of ['a', 'b']) await client.post(`/api/v1/sessions/${id}/messages`, { content });
      const whole = await reader(id);
      await whole.replies(2);
      const events = whole.chunks;
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
      for (const [i, event] of events.entries()) {
        const rest = await reader(id, event.id, i % 2 === 0 ? here() : there());
        const ended = events.slice(i + 1).filter(({ data }) => data['is_last']).length;
        await rest.replies(ended);
        const seen = events.slice(0, i + 1).map(({ data }) => data['chunk'] as string);
        expect(seen.join('') + rest.text).toBe(answer('a') + answer('b'));
      }
    });

    test('see a text only once that is begun again after a failure', async () => {
      const id = await session();
      const curl = await reader(id);
      await client.post(`/api/v1/sessions/${id}/messages`, {
        content: 'again',
        metadata: { simulate: { fail: 'provider_unavailable', after_chunks: 3, times: 1 } },
      });
      await curl.replies(1);
      expect(curl.text).toBe(answer('again'));
      expect(curl.events.some(({ event }) => event === 'reset')).toBe(false);
    });

    test('hear of messages that came by another door', async () => {
      const id = await session();
      const curl = await reader(id);
      await client.post(`/api/v1/sessions/${id}/messages`, { content: 'first' });
      const { conversation_id } = (await client.get(`/api/v1/sessions/${id}`)).body;
      await client.send('elsewhere', { conversation_id });
      await curl.replies(2);
      expect(curl.text).toBe(answer('first') + answer('elsewhere'));
    });

    test('are pinged, and told when the session is closed or deleted', async () => {
      const [closed, deleted] = [await session(), await session()];
      const [one, two] = [await reader(closed), await reader(deleted)];
      expect((await one.seen('ping')).data['time']).toEqual(expect.any(String));
      await client.post(`/api/v1/sessions/${closed}/close`, {});
      await client.delete(`/api/v1/sessions/${deleted}`);
      expect((await one.seen('end')).data).toEqual({ message: 'stream ended', reason: 'closed' });
      expect((await two.seen('end')).data).toEqual({ message: 'stream ended', reason: 'deleted' });
      await Promise.all([one.over(), two.over()]);
      expect((await client.get(`/sse/${closed}`)).status).toBe(404);
    });
  });

  test('a gateway that ends tells everybody', async () => {
    const id = await session();
    const ws = await chat();
    const curl = await reader(id, undefined, here());
    await system.terminate(system.gateways[0]!);
    expect(await ws.closed()).toBe(1001);
    expect((await curl.seen('end')).data['reason']).toBe('draining');
  });
});
