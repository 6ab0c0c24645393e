import { type Centrifuge } from 'centrifuge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Balancer } from '../../support/balancer.js';
import { centrifugeClient, ChatReader, startChat } from '../../support/centrifuge-client.js';
import { SessionReader } from '../../support/chat.js';
import { Client } from '../../support/client.js';
import { openAiEnv } from '../../support/openai-env.js';
import { startSystem, type System } from '../../support/system.js';
import { type FakeUpstream, startFakeUpstream } from '../../upstream/fake-upstream.js';

const OF_EACH = 334;
const CHUNKS = 40;

/** Some reader that has got a part of its reply, and in the end all of it. */
interface Follower {
  readonly messageId: () => string;
  /** How often it was told something. */
  readonly heard: () => number;
  /** The whole text, as far as it can tell. */
  readonly whole: Promise<string>;
}

describe('a thousand streams of all kinds', () => {
  let upstream: FakeUpstream;
  let system: System;
  let balancer: Balancer;
  let client: Client;
  const connections: Centrifuge[] = [];

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('fleet', {
      ...openAiEnv(upstream),
      OPENAI_MAX_CONCURRENCY: '1100',
      WORKER_CONCURRENCY: '1100',
      SCHEDULER_STRATEGY: 'static',
      // Of a test that keeps one processor busy nobody should think that it is dead.
      STREAM_WATCHDOG: '5s',
      QUEUE_LOCK_DURATION: '30s',
    });
    balancer = await Balancer.start(system.gateways.map(({ url }) => url));
    client = new Client(balancer.url);
  });
  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await balancer?.stop();
    await system?.stop();
    await upstream?.close();
  });

  async function message(n: number): Promise<Follower> {
    const id = await client.send(`message ${n}`);
    let heard = 0;
    const follow = async () => {
      let [text, last] = ['', 0];
      for (;;) {
        try {
          for await (const { id: seq, event, data } of client.stream(id, last)) {
            expect(seq).toBeGreaterThan(last);
            [last, heard] = [seq, heard + 1];
            if (event === 'reset') text = '';
            if (event === 'delta') text += data.text;
            if (event === 'end') return text;
          }
        } catch {
          // The gateway is gone: on to another one, from where it was.
        }
      }
    };
    return { messageId: () => id, heard: () => heard, whole: follow() };
  }

  async function session(n: number): Promise<Follower> {
    const { body } = await client.post('/api/v1/sessions', { session_id: `stream-${n}` });
    const sent = await client.post(`/api/v1/sessions/${body.id}/messages`, { content: `session ${n}` });
    const id = body.id as string;
    const readers: SessionReader[] = [];
    const follow = async () => {
      for (;;) {
        const reader = await eventually(() =>
          SessionReader.open(balancer.url, id, readers.findLast(({ events }) => events.length > 0)?.lastId),
        );
        readers.push(reader);
        const isWhole = () => reader.chunks.at(-1)?.data['is_last'] === true;
        await eventually(() => expect(isWhole() || reader.isOver).toBe(true), { timeoutMs: 120_000 });
        if (!isWhole()) continue;
        reader.leave();
        return readers.map(({ text }) => text).join('');
      }
    };
    const heard = () => readers.reduce((sum, { chunks }) => sum + chunks.length, 0);
    return { messageId: () => sent.body.id as string, heard, whole: follow() };
  }

  async function chat(n: number): Promise<Follower> {
    const channel = await startChat(balancer.url, `chat ${n}`);
    const connection = centrifugeClient(balancer.url, 'websocket');
    connections.push(connection);
    connection.connect();
    const reader = new ChatReader(connection, channel);
    return {
      messageId: () => `msg_${channel.replace('chat:', '').replaceAll('-', '')}`,
      heard: () => reader.events.length,
      whole: reader.ended.then(() => reader.text),
    };
  }

  test('end with exactly their replies when a gateway is killed', { timeout: 240_000 }, async () => {
    upstream.behave({ chunks: CHUNKS, chunkDelayMs: 500 });
    const doomed = await system.start('api-gateway');
    balancer.add(doomed.url);
    const numbers = Array.from({ length: OF_EACH }, (_, n) => n);
    const followers = await Promise.all(numbers.flatMap((n) => [message(n), session(n), chat(n)]));
    await eventually(() => followers.forEach(({ heard }) => expect(heard()).toBeGreaterThan(2)), {
      timeoutMs: 90_000,
    });
    expect(upstream.calls().filter(({ finishedAt }) => finishedAt === null).length).toBeGreaterThan(900);
    await system.kill(doomed);
    const texts = await Promise.all(followers.map(({ whole }) => whole));
    expect(upstream.calls()).toHaveLength(followers.length);
    for (const [i, { messageId }] of followers.entries()) {
      const { reply } = await client.ended(messageId());
      expect(texts[i]).toBe((reply as { content: string }).content);
    }
  });
});
