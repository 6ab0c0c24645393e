import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database } from '#database';
import { LEASE_MS, LifeScene } from './life-scene.conformance.js';

/** What the ledger promises of messages that go from one provider to another, on whichever database. */
export function conformsToDiverting(open: () => Promise<Database>): void {
  let scene: LifeScene;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  const TARGETS = [
    { provider: 'a', model: 'm1' },
    { provider: 'b', model: 'm2' },
    { provider: 'c', model: 'm3' },
  ];
  const callOn = (provider: string) => ({ id: newId('call'), provider, model: '', max_worker_losses: 9 });
  const laneOf = async (id: string) => {
    const { lane, target, status, diversions } = await scene.reader.get('t1', id);
    return { lane, target, status, diversions };
  };

  test('a message that runs can be sent on to another target, and its job on the old lane is a left-over', async () => {
    const id = await scene.inserted({ lane: 'a', targets: TARGETS });
    await scene.ledger.claim(id, 'w1', LEASE_MS, callOn('a'));
    expect(await scene.ledger.divert(id, 1, 1, 'provider_unavailable')).toBe(true);
    expect(await laneOf(id)).toEqual({ lane: 'b', target: 1, status: 'pending', diversions: 1 });
    expect(await scene.ledger.divert(id, 1, 2, 'provider_unavailable')).toBe(false);
    expect(await scene.ledger.claim(id, 'w2', LEASE_MS, callOn('a'))).toMatchObject({
      claimed: false,
      lane: 'b',
    });
    expect(await scene.ledger.claim(id, 'w2', LEASE_MS, callOn('b'))).toMatchObject({ claimed: true });
    const calls = await scene.run(
      'SELECT provider, model, state, error_code FROM provider_calls WHERE message_id = $1 ORDER BY attempt',
      id,
    );
    expect(calls).toEqual([
      { provider: 'a', model: 'm1', state: 'failed', error_code: 'provider_unavailable' },
      { provider: 'b', model: 'm2', state: 'sent', error_code: null },
    ]);
    await scene.ledger.handBack(id, 2);
    expect(await laneOf(id)).toEqual({ lane: 'b', target: 1, status: 'queued', diversions: 0 });
  });

  test('a message that somebody wants cancelled is not sent on', async () => {
    const id = await scene.inserted({ lane: 'a', targets: TARGETS });
    await scene.ledger.claim(id, 'w1', LEASE_MS);
    await scene.ledger.cancel('t1', id);
    expect(await scene.ledger.divert(id, 1, 1, 'provider_unavailable')).toBe(false);
  });

  test('what waits for a closed lane goes to the first open target, the best first, and no more than asked', async () => {
    const low = await scene.inserted({
      lane: 'closed',
      targets: [{ provider: 'closed', model: '' }, ...TARGETS],
      priority: 4,
    });
    const [high, other, only] = [
      await scene.inserted({
        lane: 'closed',
        targets: [{ provider: 'closed', model: '' }, ...TARGETS],
        priority: 2,
      }),
      await scene.inserted({
        lane: 'closed',
        targets: [{ provider: 'closed', model: '' }, ...TARGETS],
        priority: 3,
      }),
      await scene.inserted({ lane: 'closed', targets: [{ provider: 'closed', model: '' }] }),
    ];
    await scene.schedule.markEnqueued([high]);
    expect(await scene.schedule.divertWaiting('closed', ['closed', 'a'], 2)).toEqual([
      { id: high, attempt: 0, lane: 'closed', priority: 'high' },
      { id: other, attempt: 0, lane: 'closed', priority: 'normal' },
    ]);
    expect(await laneOf(high)).toEqual({ lane: 'b', target: 2, status: 'pending', diversions: 0 });
    expect(await laneOf(low)).toMatchObject({ lane: 'closed' });
    expect(await scene.schedule.divertWaiting('closed', ['closed', 'a', 'b', 'c'], 9)).toEqual([]);
    expect(await laneOf(only)).toMatchObject({ lane: 'closed' });
    expect((await scene.schedule.heads([high])).map(({ lane }) => lane)).toEqual(['b']);
  });
}
