import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#contracts';
import { type Database } from '#database';
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

  const usage = { promptTokens: 7, completionTokens: 3, estimated: false };
  const claimed = async () => {
    const messageId = await scene.inserted();
    const first = { id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 9 };
    await scene.ledger.claim(messageId, 'w', LEASE_MS, first);
    const next = { id: newId('call'), provider: 'simulator', model: 'm' };
    return { messageId, attempt: 1, ended: { id: first.id, code: 'result_invalid', usage } as const, next };
  };
  const callsOf = (id: string) =>
    scene.run(
      `SELECT attempt, model, state, error_code, prompt_tokens, completion_tokens, finished_at IS NOT NULL AS ended
         FROM provider_calls WHERE message_id = $1 ORDER BY started_at, id`,
      id,
    );
  const first = { attempt: 1, model: 'm', state: 'failed', error_code: 'result_invalid', ended: true };

  test('closes the first call with its tokens and writes the next one down, once', async () => {
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
      prompt_tokens: 17,
      completion_tokens: 5,
      call_prompt_tokens: 10,
      call_completion_tokens: 2,
      usage_estimated: false,
      data: { data: null },
    });
    const { reply } = await scene.reader.get('t1', another.messageId);
    expect(reply).toMatchObject({ data: null, usage: { promptTokens: 17, completionTokens: 5 } });
    expect(await callsOf(another.messageId)).toMatchObject([
      { prompt_tokens: 7, completion_tokens: 3 },
      { state: 'completed', prompt_tokens: 10, completion_tokens: 2 },
    ]);
  });

  test('an attempt that is not the current one closes its call and makes no other', async () => {
    const another = await claimed();
    await scene.ledger.handBack(another.messageId, 1);
    expect(await new ProviderCalls(scene.database).another(another)).toBe(false);
    expect(await callsOf(another.messageId)).toEqual([{ ...first, prompt_tokens: 7, completion_tokens: 3 }]);
  });
}
