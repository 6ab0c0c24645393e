import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database } from '#database';
import { LEASE_MS, LifeScene } from './life-scene.conformance.js';
import { type CallUse } from './sql/call-use.js';

export const USE: CallUse = {
  prompt_tokens: 10,
  completion_tokens: 5,
  cached_tokens: 4,
  usage_estimated: false,
  cost: 0.1,
  worth: 0.2,
  currency: 'USD',
  endpoint: 'e1',
  key_id: 'k1',
};

const FAILED: CallUse = {
  ...USE,
  cached_tokens: null,
  usage_estimated: true,
  cost: 0.2,
  completion_tokens: 0,
};

/** What the ledger promises of the costs of calls, on whichever database. */
export function conformsToCallUse(open: () => Promise<Database>): void {
  let scene: LifeScene;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  const plan = () => ({ id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 9 });
  const callsOf = (id: string) =>
    scene.run<Record<string, unknown>>(
      'SELECT * FROM provider_calls WHERE message_id = $1 ORDER BY attempt',
      id,
    );
  const claimed = async () => {
    const id = await scene.inserted({ targets: [{ provider: 'simulator', model: 'm' }] });
    await scene.ledger.claim(id, 'w', LEASE_MS, plan());
    return id;
  };

  describe('a call that came to nothing is closed with what it used', () => {
    test.each([
      [
        'handed back',
        'failed',
        (id: string) => scene.ledger.handBack(id, 1, 'provider_rate_limited', FAILED),
      ],
      ['broken off', 'aborted', (id: string) => scene.ledger.handBack(id, 1, null, FAILED)],
      ['diverted', 'failed', (id: string) => scene.ledger.divert(id, 1, 0, 'provider_timeout', FAILED)],
      [
        'retried',
        'failed',
        async (id: string) => {
          const [{ id: callId } = {}] = await callsOf(id);
          const why = { error_code: 'provider_timeout', error_message: 'no' };
          await scene.ledger.retry({
            id,
            attempt: 1,
            delay_ms: 0,
            call_id: callId as string,
            ...why,
            ...FAILED,
          });
        },
      ],
    ])('%s', async (_, state, end) => {
      const id = await claimed();
      await end(id);
      expect(await callsOf(id)).toMatchObject([
        { ...FAILED, state, cost: '0.2', worth: '0.2', user_id: 'u' },
      ]);
    });
  });

  test('a message shows what all of its calls have used, exactly', async () => {
    const id = await claimed();
    expect((await scene.reader.get('t1', id)).spent).toBeNull();
    await scene.ledger.handBack(id, 1, 'provider_unavailable', FAILED);
    await scene.ledger.claim(id, 'w', LEASE_MS, plan());
    await scene.ledger.handBack(id, 2, null, { ...USE, currency: null, cost: null, worth: null });
    await scene.finished(id, 0, USE);
    const spent = {
      calls: 3,
      promptTokens: 30,
      completionTokens: 10,
      cachedTokens: 8,
      estimated: true,
      costs: [{ currency: 'USD', millionths: 0.3 }],
    };
    expect((await scene.reader.get('t1', id)).spent).toEqual(spent);
    const listed = await scene.reader.list('t1', {
      page_size: 10,
      sort: 'created_at',
      order: 'desc',
    } as never);
    expect(listed.items.map((message) => message.spent)).toEqual([spent]);
  });

  test('a call whose message another worker has taken over is closed all the same', async () => {
    const id = await scene.inserted();
    const first = await scene.ledger.claim(id, 'w1', 0, plan());
    await scene.ledger.claim(id, 'w2', LEASE_MS, plan());
    if (!first.claimed) throw new Error('not claimed');
    const row = { id, attempt: 1, delay_ms: 0, call_id: first.callId, error_code: 'x', error_message: 'x' };
    expect(await scene.ledger.retry({ ...row, ...USE })).toBe(false);
    expect((await callsOf(id)).map(({ state, cost }) => [state, cost])).toEqual([
      ['failed', '0.1'],
      ['sent', null],
    ]);
  });
}
