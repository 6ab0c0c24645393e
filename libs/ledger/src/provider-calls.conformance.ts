import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database } from '#database';
import { USE } from './call-use.conformance.js';
import { LEASE_MS, LifeScene } from './life-scene.conformance.js';
import { ProviderCalls } from './provider-calls.js';

/** What the ledger promises of an attempt that asks its provider again, on whichever database. */
export function conformsToAnotherCall(open: () => Promise<Database>): void {
  let scene: LifeScene;

  beforeAll(async () => {
    scene = await LifeScene.open(open);
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  const use = { ...USE, prompt_tokens: 7, completion_tokens: 3, worth: 2 };
  const claimed = async () => {
    const messageId = await scene.inserted();
    const first = { id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 9 };
    await scene.ledger.claim(messageId, 'w', LEASE_MS, first);
    const next = { id: newId('call'), provider: 'simulator', model: 'm' };
    return { messageId, attempt: 1, ended: { id: first.id, code: 'result_invalid', use } as const, next };
  };
  const callsOf = (id: string) =>
    scene.run(
      `SELECT attempt, model, state, error_code, prompt_tokens, completion_tokens, worth::float8, currency, endpoint,
              key_id, finished_at IS NOT NULL AS ended
         FROM provider_calls WHERE message_id = $1 ORDER BY started_at, id`,
      id,
    );
  const { worth, currency, endpoint, key_id } = use;
  const cost = { worth, currency, endpoint, key_id };
  const first = {
    attempt: 1,
    model: 'm',
    state: 'failed',
    error_code: 'result_invalid',
    ended: true,
    ...cost,
  };

  test('closes the first call with what it used and writes the next one down, once', async () => {
    const another = await claimed();
    const calls = new ProviderCalls(scene.database);
    expect([await calls.another(another), await calls.another(another)]).toEqual([true, true]);
    expect(await callsOf(another.messageId)).toEqual([
      { ...first, prompt_tokens: 7, completion_tokens: 3 },
      {
        attempt: 1,
        model: 'm',
        state: 'sent',
        error_code: null,
        prompt_tokens: null,
        completion_tokens: null,
        worth: null,
        currency: null,
        endpoint: null,
        key_id: null,
        ended: false,
      },
    ]);
  });

  test('the end of the message tells the tokens of all its calls, and each call its own', async () => {
    const another = await claimed();
    await new ProviderCalls(scene.database).another(another);
    await scene.ledger.finish({
      id: another.messageId,
      attempt: 1,
      status: 'completed',
      error_code: null,
      error_message: null,
      dead: false,
      call_id: another.next.id,
      call_state: 'completed',
      content: 'null',
      provider: 'p',
      model: 'm',
      finish_reason: 'stop',
      ...USE,
      prompt_tokens: 10,
      completion_tokens: 2,
      worth: 3,
      reply_prompt_tokens: 17,
      reply_completion_tokens: 5,
      reply_estimated: false,
      data: { data: null },
    });
    const { reply, spent } = await scene.reader.get('t1', another.messageId);
    expect(reply).toMatchObject({ data: null, usage: { promptTokens: 17, completionTokens: 5 } });
    expect(spent).toMatchObject({ calls: 2, promptTokens: 17, completionTokens: 5 });
    expect(await callsOf(another.messageId)).toMatchObject([
      { prompt_tokens: 7, completion_tokens: 3, worth: 2 },
      { state: 'completed', prompt_tokens: 10, completion_tokens: 2, worth: 3 },
    ]);
  });

  test('an attempt that is not the current one closes its call and makes no other', async () => {
    const another = await claimed();
    await scene.ledger.handBack(another.messageId, 1);
    expect(await new ProviderCalls(scene.database).another(another)).toBe(false);
    expect(await callsOf(another.messageId)).toEqual([{ ...first, prompt_tokens: 7, completion_tokens: 3 }]);
  });
}
