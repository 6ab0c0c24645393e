import { describe, expect, test } from 'vitest';
import { ResultSchema } from '#catalog';
import { type AppError, type Usage } from '#contracts';
import { type AnotherCall, type ProviderCalls } from '#ledger';
import { createLogger, Metrics } from '#observability';
import { type AttemptState } from '../end-attempt.js';
import { type CallCosts } from '../call-costs.js';
import { type Generated } from '../generate.js';
import { type Recall, type Verdict } from '../recall.js';
import { NO_USAGE } from '../usage.js';
import { AskForResult } from './ask-for-result.js';
import { type Tasks } from './tasks.js';

const usage: Usage = { promptTokens: 5, completionTokens: 2, estimated: false, cachedTokens: 1 };
/** As it is written down: a token is a cent. */
const useOf = ({ promptTokens, completionTokens }: Usage) => ({ cost: promptTokens + completionTokens });
const schema = { type: 'object', required: ['a'] };

/** An attempt whose provider says these things, one after the other. */
function setup(
  answers: readonly string[],
  { isCurrent = true, toolCalls = [] as unknown[], cacheAge = undefined as number | undefined } = {},
) {
  const left = [...answers];
  const made: AnotherCall[] = [];
  const log = createLogger('silent', 'test');
  const writer = { text: '', restart: () => (writer.text = '') };
  const state = {
    message: { id: 'msg_1', attempt: 1, requestId: 'r' },
    task: { schema, system: '', content: 'x', parameters: {} },
    writer,
    callId: 'call_1',
    provider: 'p',
    model: 'm',
    endpoint: 'e1',
    keyId: 'k1',
    use: {},
    prompt: [{ role: 'user', content: 'x' }],
    spent: NO_USAGE,
  } as unknown as AttemptState;
  const recall = {
    run: (_: AttemptState, __: AbortSignal, judge: (answer: Generated) => Verdict) => {
      writer.text = left.shift()!;
      const { callId, provider, model } = state;
      return Promise.resolve(
        judge({ callId, usage, toolCalls, provider, model, cacheAge } as unknown as Generated),
      );
    },
  };
  const calls = { another: (call: AnotherCall) => Promise.resolve(made.push(call) > 0 && isCurrent) };
  const asking = new AskForResult(
    recall as unknown as Recall,
    { schemaOf: () => new ResultSchema(schema) } as unknown as Tasks,
    calls as unknown as ProviderCalls,
    { of: (_: AttemptState, used: Usage) => useOf(used) } as unknown as CallCosts,
    new Metrics(),
    log,
  );
  return { state, made, run: () => asking.run(state, new AbortController().signal) };
}

describe('AskForResult', () => {
  test('asks once where the answer is the result', async () => {
    const { run, made, state } = setup(['{"a": 1}']);
    expect(await run()).toMatchObject({ data: { a: 1 }, callId: 'call_1' });
    expect([made, state.spent]).toEqual([[], NO_USAGE]);
  });

  test('asks again with what was wrong, and counts the first call by itself', async () => {
    const { run, made, state } = setup(['{"b": 1}', '{"a": 1}']);
    const generated = await run();
    expect(generated).toMatchObject({ data: { a: 1 }, callId: made[0]!.next.id });
    expect(made[0]).toMatchObject({
      attempt: 1,
      ended: { id: 'call_1', code: 'result_invalid', use: { cost: 7 } },
    });
    expect(state.spent).toEqual(usage);
    for (const known of ['endpoint', 'keyId', 'use']) expect(state).not.toHaveProperty(known);
    expect(state.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(state.prompt.at(-1)!.content).toContain("- it must have required property 'a'");
  });

  test('an answer that was there has cost nothing, whatever it is worth', async () => {
    const { run, made, state } = setup(['1', '{"a": 1}'], { cacheAge: 3 });
    await run();
    expect(made[0]!.ended.use).toEqual({ cost: 0 });
    expect(state.spent).toEqual(NO_USAGE);
  });

  test('does not ask a third time, and keeps the last answer', async () => {
    const { run, state } = setup(['1', '2']);
    const error = (await run().catch((thrown: unknown) => thrown)) as AppError;
    expect([error.code, error.retryable, error.message]).toEqual([
      'result_invalid',
      false,
      'Asked twice, the model gave no such result: it must be object',
    ]);
    expect([state.rejected?.usage, state.writer.text]).toEqual([usage, '2']);
  });

  test('stops where the attempt is another worker’s', async () => {
    await expect(setup(['1'], { isCurrent: false }).run()).rejects.toMatchObject({ reason: 'lock_lost' });
  });

  test('lets a model call tools first', async () => {
    expect(await setup([''], { toolCalls: [{}] }).run()).not.toHaveProperty('data');
  });
});
