import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const PRIORITIES = ['realtime', 'high', 'normal', 'low'];

/** Five calls of a quarter of a second at once. */
const ENV = {
  SIMULATOR_CHUNKS: '1',
  SIMULATOR_DELAY: '250ms',
  SIMULATOR_MAX_CONCURRENCY: '5',
  QUEUE_SHEDDING_TOLERANCE: '1',
  QUEUE_SHEDDING_INTERVAL: '1s',
  QUEUE_MAX_WAITING_LOW: '1000',
  QUEUE_MAX_WAIT_HIGH: '300ms',
};

let system: System;
beforeAll(async () => {
  system = await startSystem('shared', ENV);
});
afterAll(() => system?.stop());

test('shedding turns low away first, then normal, never realtime, and drops nothing that was accepted', async () => {
  const client = new Client(system.gateways[0]!.url);
  const accepted: string[] = [];
  const refused: string[] = [];
  const send = async (priority: string) => {
    const answer = await client.post('/api/v1/messages', { user_id: 'u', content: 'x', priority });
    if (answer.status === 201) return void accepted.push(answer.body.id);
    expect(answer.body.code).toBe('shed');
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    if (!refused.includes(priority)) refused.push(priority);
  };
  // Ten seconds of high work at once.
  await Promise.all(Array.from({ length: 400 }, () => send('high')));
  await eventually(
    async () => {
      for (const priority of PRIORITIES) await send(priority);
      expect(refused).toContain('normal');
    },
    { everyMs: 100 },
  );
  expect(refused.slice(0, 2)).toEqual(['low', 'normal']);
  expect(refused).not.toContain('realtime');
  for (const id of accepted) expect((await client.ended(id, 60_000)).status).toBe('completed');
  await eventually(() => client.send('taken again', { priority: 'low' }), { timeoutMs: 15_000 });
}, 90_000);
