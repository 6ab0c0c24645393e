import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { ChatReader, connect, startChat, TRANSPORTS } from '../support/centrifuge-client.js';
import { Client } from '../support/client.js';
import { metric, onlyRunner } from '../support/faults.js';
import { openAiEnv } from '../support/openai-env.js';
import { Balancer } from '../support/balancer.js';
import { startSystem, type System } from '../support/system.js';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';

const messageOf = (channel: string) => `msg_${channel.replace('chat:', '').replaceAll('-', '')}`;

describe('chats of a fleet behind a balancer', () => {
  let upstream: FakeUpstream;
  let system: System;
  let balancer: Balancer;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('fleet', { ...openAiEnv(upstream), OPENAI_MAX_CONCURRENCY: '128' });
    balancer = await Balancer.start(system.gateways.map(({ url }) => url));
  });
  afterAll(async () => {
    await balancer?.stop();
    await system?.stop();
    await upstream?.close();
  });

  const open = (transport: (typeof TRANSPORTS)[number]) => connect(balancer.url, transport);

  const readersOf = (channel: string) => ({
    appending: TRANSPORTS.map((transport) => new ChatReader(open(transport), channel)),
    knowing: new ChatReader(open('websocket'), channel, { data: { format: 'object' } }),
  });

  async function killTheRunner(readers: readonly ChatReader[]): Promise<void> {
    await eventually(() => readers.forEach(({ events }) => expect(events.length).toBeGreaterThan(5)));
    await system.kill(await onlyRunner(system.workers));
    await system.start('queue-manager');
  }

  test('a reply whose worker dies goes on without a seam when it says the same again', async () => {
    upstream.behave({ chunks: 30, chunkDelayMs: 50 });
    const channel = await startChat(balancer.url, 'a worker dies');
    const { appending, knowing } = readersOf(channel);
    await killTheRunner([...appending, knowing]);
    await Promise.all([...appending, knowing].map(({ ended }) => ended));
    const { reply } = await new Client(balancer.url).ended(messageOf(channel));
    for (const { text, events } of appending)
      expect([text, events.at(-1)!.type]).toEqual([reply.content, 'end']);
    const reset = knowing.events.findLastIndex(({ type }) => type === 'reset');
    expect(reset).toBeGreaterThan(0);
    expect(
      knowing.events
        .slice(reset)
        .map(({ message }) => message)
        .join(''),
    ).toBe(reply.content);
  });

  test('it ends with an error for those who can only append when it says something else', async () => {
    const first = Array.from({ length: 30 }, (_, i) => `first ${i}`).join(' ');
    upstream.behave({ reply: first, chunkDelayMs: 50 }, { reply: 'another answer '.repeat(20) });
    const channel = await startChat(balancer.url, 'a worker dies');
    const { appending, knowing } = readersOf(channel);
    await killTheRunner([...appending, knowing]);
    await Promise.all([...appending, knowing].map(({ ended }) => ended));
    for (const { text, events } of appending) {
      expect(events.at(-1)!.type).toBe('error');
      expect(first.startsWith(text)).toBe(true);
    }
    const late = new ChatReader(open('sse'), channel);
    await late.ended;
    const { reply } = await new Client(balancer.url).ended(messageOf(channel));
    expect([late.text, knowing.events.at(-1)!.type]).toEqual([reply.content, 'end']);
  });

  test.each(['killed', 'asked to end'] as const)(
    'readers on all transports whose gateway is %s end with exactly the reply',
    { timeout: 120_000 },
    async (how) => {
      upstream.behave({ chunks: 120, chunkDelayMs: 50 });
      const doomed = await system.start('api-gateway');
      balancer.add(doomed.url);
      const chats = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const channel = await startChat(balancer.url, `chat ${i}`);
          return { channel, reader: new ChatReader(open(TRANSPORTS[i % 3]!), channel) };
        }),
      );
      await eventually(() => chats.forEach(({ reader }) => expect(reader.events.length).toBeGreaterThan(5)), {
        timeoutMs: 30_000,
      });
      // What goes over HTTP may still go over connections that were open before.
      expect(await metric(doomed, 'llmq_centrifuge_connections')).toBeGreaterThan(0);
      const code = how === 'killed' ? await system.kill(doomed) : await system.terminate(doomed);
      expect(code).toBe(how === 'killed' ? undefined : 0);
      await Promise.all(chats.map(({ reader }) => reader.ended));
      const client = new Client(balancer.url);
      for (const { channel, reader } of chats) {
        const { reply } = await client.ended(messageOf(channel));
        expect(reader.text).toBe(reply.content);
        expect(reader.offsets).toEqual([...new Set(reader.offsets)].toSorted((a, b) => a - b));
        const around = reader.events.filter(({ type }) => type !== 'chunk').map(({ type }) => type);
        expect(around).toEqual(['start', 'end']);
      }
    },
  );
});
