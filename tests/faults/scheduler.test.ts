import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from '../support/client.js';
import { allEnded, metric, onlyRunner, query, running } from '../support/faults.js';
import { createSystem, type Member, type System } from '../support/system.js';

/** A message that was committed while nobody could enqueue it. */
const COMMIT = `
INSERT INTO messages (id, tenant_id, user_id, content, priority, lane, max_retries, timeout_ms, request_id)
VALUES ($1, 'default', 'u', $2, 3, 'simulator', 3, 60000, $1)`;

describe('the scheduler of a fleet', () => {
  let system: System;
  let client: Client;

  beforeAll(async () => {
    system = await createSystem('fleet', { QUEUE_MAX_WORKER_LOSSES: '2' });
    await Promise.all(
      (['api-gateway', 'queue-manager', 'queue-manager', 'scheduler', 'scheduler'] as const).map((role) =>
        system.start(role),
      ),
    );
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());

  const leaders = async (): Promise<Member[]> => {
    const schedulers = system.of('scheduler');
    const values = await Promise.all(schedulers.map((one) => metric(one, 'llmq_scheduler_leader')));
    expect(values.every((value) => value === 0 || value === 1)).toBe(true);
    return schedulers.filter((_, i) => values[i] === 1);
  };

  const oneLeader = (timeoutMs?: number): Promise<Member> =>
    eventually(
      async () => {
        const [leader, ...others] = await leaders();
        expect(others).toEqual([]);
        expect(leader).toBeDefined();
        return leader!;
      },
      { timeoutMs: timeoutMs ?? 5_000 },
    );

  test('brings what was committed and never enqueued into the schedule', async () => {
    const ids = Array.from({ length: 5 }, (_, n) => `msg_by_hand_${n}`);
    for (const id of ids) await query(system, COMMIT, [id, `by hand ${id}`]);
    const messages = await allEnded(() => client, ids, 10_000);
    expect(messages.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
  });

  test('is led by exactly one process, and by the other one when that is killed', async () => {
    const leader = await oneLeader();
    const leases = await query(system, "SELECT * FROM leases WHERE name = 'scheduler'");
    expect(leases).toHaveLength(1);
    await system.kill(leader);
    const heir = await oneLeader();
    expect(heir).not.toBe(leader);

    await query(system, COMMIT, ['msg_of_the_heir', 'heir']);
    const [message] = await allEnded(() => client, ['msg_of_the_heir'], 10_000);
    expect(message).toMatchObject({ status: 'completed' });
    const follower = await system.start('scheduler');
    expect(await leaders()).toEqual([heir]);
    expect(await metric(follower, 'llmq_scheduler_leader')).toBe(0);
  });

  test('a message that kills its workers becomes a dead letter, and its neighbours survive', async () => {
    const poison = await client.send('poison', { metadata: { simulate: { hang: true } } });
    const first = await onlyRunner(system.workers);
    const slow = { metadata: { simulate: { delay_ms: 400 } } };
    const neighbours = await Promise.all([1, 2, 3, 4].map((n) => client.send(`neighbour ${n}`, slow)));
    await running(system.workers, 5);
    await system.kill(first);
    const messages = await allEnded(() => client, neighbours);
    expect(messages.map(({ status }) => status)).toEqual(neighbours.map(() => 'completed'));

    const second = await onlyRunner(system.workers);
    await system.start('queue-manager');
    await system.kill(second);
    const [ended] = await allEnded(() => client, [poison]);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'worker_lost' }, retry_count: 0 });
    const letters = await query(system, 'SELECT message_id, code FROM dead_letters');
    expect(letters).toEqual([{ message_id: poison, code: 'worker_lost' }]);
    const calls = await query(system, 'SELECT 1 FROM provider_calls WHERE message_id = $1', [poison]);
    expect(calls).toHaveLength(2);
  });
});
