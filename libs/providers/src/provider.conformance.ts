import { beforeAll, expect, test } from 'vitest';
import { loadTokenCounter } from './count-tokens.js';
import { type ChatRequest, type Provider, type ProviderEvent } from './provider.js';

/** How a test makes a provider misbehave. */
export interface Stage {
  readonly provider: Provider;
  /** Goes on the request of a call that is to hang behind its first chunk. */
  readonly hangs: () => Promise<Partial<ChatRequest>>;
  /** Goes on the request of a call that is to fail with `provider_unavailable`. */
  readonly fails: () => Promise<Partial<ChatRequest>>;
}

const request = (model: string): ChatRequest => ({
  messages: [{ role: 'user', content: 'hello there' }],
  model,
  requestId: crypto.randomUUID(),
});

/** The behaviour every Provider owes its callers. */
export function conformsToProvider(open: () => Promise<Stage>): void {
  let stage: Stage;
  const never = new AbortController().signal;

  beforeAll(async () => {
    await loadTokenCounter();
    stage = await open();
  });

  async function call(extra: Partial<ChatRequest> = {}, signal = never): Promise<ProviderEvent[]> {
    return Array.fromAsync(stage.provider.stream({ ...request(stage.provider.model), ...extra }, signal));
  }

  test('yields text as it comes and then one finish with the usage', async () => {
    const events = await call();
    const finish = events.at(-1)!;
    expect(events.slice(0, -1).length).toBeGreaterThan(0);
    expect(events.slice(0, -1).every(({ type }) => type === 'delta')).toBe(true);
    expect(finish).toMatchObject({
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens: expect.any(Number), completionTokens: expect.any(Number), estimated: false },
    });
  });

  test('an abort ends the call at once, with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const events: ProviderEvent[] = [];
    const running = (async () => {
      const hanging = { ...request(stage.provider.model), ...(await stage.hangs()) };
      for await (const event of stage.provider.stream(hanging, abort.signal)) {
        events.push(event);
        abort.abort(reason);
      }
    })();
    await expect(running).rejects.toBe(reason);
    expect(events).toHaveLength(1);
  });

  test('a signal that is aborted already makes no call', async () => {
    await expect(call({}, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });

  test('a failure has a code that says whether to try again', async () => {
    await expect(call(await stage.fails())).rejects.toMatchObject({
      code: 'provider_unavailable',
      retryable: true,
    });
  });

  test('serves calls side by side', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => call()));
    for (const events of all) expect(events).toEqual(all[0]);
  });
}
