import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, textOf } from './support/client.js';
import { startSystem, type System, TOPOLOGIES } from './support/system.js';

/** The walk that ARCHITECTURE.md draws: accept → schedule → claim → provider → stream → ledger. */
describe.each(TOPOLOGIES)('the walk of a message (%s)', (topology) => {
  let system: System;
  let client: Client;

  beforeAll(async () => {
    system = await startSystem(topology, { SIMULATOR_DELAY: '100ms' });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());

  test('a message is accepted, streamed, stored, and can be read again from anywhere', async () => {
    const accepted = await client.post('/api/v1/messages', {
      user_id: 'ada',
      content: 'Hello!',
      priority: 'high',
      metadata: { ticket: 7 },
    });
    expect(accepted.status).toBe(201);
    expect(accepted.headers.get('location')).toBe(`/api/v1/messages/${accepted.body.id}`);
    expect(accepted.body).toMatchObject({
      user_id: 'ada',
      content: 'Hello!',
      priority: 'high',
      status: 'pending',
      metadata: { ticket: 7 },
      reply: null,
      queue: { position: expect.any(Number) },
    });

    const events = await client.events(accepted.body.id);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(events.map(({ event }) => event)).toEqual([
      'started',
      'delta',
      'delta',
      'delta',
      'delta',
      'delta',
      'end',
    ]);
    expect(events.at(-1)!.data).toMatchObject({ status: 'completed', finish_reason: 'stop' });

    const stored = await client.get(`/api/v1/messages/${accepted.body.id}`);
    expect(stored.body).toMatchObject({
      status: 'completed',
      reply: { provider: 'simulator', content: textOf(events) },
    });
    expect(stored.body.reply.content).toBe([1, 2, 3, 4, 5].map((n) => `chunk ${n}: Hello!\n`).join(''));

    const elsewhere = new Client(system.gateways.at(-1)!.url);
    for (let after = 0; after < events.length; after += 1)
      expect(await elsewhere.events(accepted.body.id, after)).toEqual(events.slice(after));
    expect(await elsewhere.events(accepted.body.id, 7)).toEqual([]);
  });
});
