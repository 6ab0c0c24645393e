import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#testing';
import { type ChatEvent, ChatReader, connect, replyTo, startChat } from './support/centrifuge-client.js';
import { Client } from './support/client.js';
import { readAsOldPage } from './support/old-page.js';
import { createSystem, startSystem, type System } from './support/system.js';

describe('a further port for Centrifuge clients', () => {
  let system: System;
  const member = () => system.gateways[0]!;
  const further = () => member().furtherUrl!;

  beforeAll(async () => {
    system = await startSystem('embedded', { CENTRIFUGO_PORT: '0', SIMULATOR_DELAY: '20ms' });
  });
  afterAll(() => system?.stop());

  test('is told at start', () => {
    expect(further()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(further()).not.toBe(member().url);
    expect(member().log).toContain(`LLM Message Queue answers at ${member().url} and ${further()}`);
  });

  test('a page of old posts to the one and reads from the other', async () => {
    const channel = await startChat(member().url, 'to two ports');
    const source = new EventSource(`${further()}/connection/sse?channel=${channel}`);
    let text = '';
    await new Promise<void>((resolve, reject) => {
      source.addEventListener('error', ({ message }) => reject(new Error(message)));
      source.addEventListener('message', ({ data }) => {
        const { type, message } = JSON.parse(data as string) as ChatEvent;
        text += message;
        if (type === 'end') resolve();
      });
    }).finally(() => source.close());
    expect(text).toBe(replyTo('to two ports'));
  });

  test.each(['websocket', 'sse', 'http_stream'] as const)(
    'the client libraries read there (%s)',
    async (by) => {
      const channel = await startChat(member().url, `by ${by}`);
      const reader = new ChatReader(connect(further(), by), channel);
      await reader.ended;
      expect(reader.text).toBe(replyTo(`by ${by}`));
      if (by === 'http_stream') return;
      const old = await startChat(further(), `by ${by} of old`);
      expect(await readAsOldPage(further(), by, old)).toBe(replyTo(`by ${by} of old`));
    },
  );

  test('is given back at shutdown, after what was asked there is answered', async () => {
    const client = new Client(further());
    const id = await client.send('before the end');
    const reading = client.get(`/api/v1/messages/${id}/stream`);
    expect(await system.terminate(member())).toBe(0);
    const { status, body } = await reading;
    expect([status, body]).toEqual([200, expect.stringContaining('event: end')]);
    await expect(fetch(`${client.url}/ready`)).rejects.toThrow();
  });
});

test('a further port is for gateways, and one that another program has is named', async () => {
  const port = await freePort();
  const system = await createSystem('fleet', { CENTRIFUGE_PORT: String(port) });
  try {
    const gateway = await system.start('api-gateway');
    expect(new URL(gateway.furtherUrl!).port).toBe(String(port));
    // Of the same environment, on the same machine.
    expect((await system.start('queue-manager')).furtherUrl).toBeUndefined();
    const second = system.spawn('api-gateway');
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(
      `Cannot start: the port ${port} is taken; choose another one with CENTRIFUGE_PORT, or none`,
    );
  } finally {
    await system.stop();
  }
});
