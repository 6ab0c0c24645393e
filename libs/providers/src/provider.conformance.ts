import { beforeAll, describe, expect, test } from 'vitest';
import { type ChatRequest } from './chat.js';
import { loadTokenCounter } from './count-tokens.js';
import { type Provider, type ProviderEvent, type Via } from './provider.js';
import { saidIn } from './said.conformance.js';

type Asked = () => Promise<Partial<ChatRequest>>;

/** How a test makes a provider behave; what is answered goes on the request of the call. */
export interface Stage {
  readonly provider: Provider;
  readonly via: Via;
  /** Behind its first chunk. */
  readonly hangs: Asked;
  /** With `provider_unavailable`. */
  readonly fails: Asked;
  /** `Two and two.`, and then answers. */
  readonly thinks: Asked;
  /** `get_weather` with `{"city":"Berlin"}` and `get_time` with `{}`. */
  readonly callsTools: Asked;
}

const request = (model: string): ChatRequest => ({
  messages: [{ role: 'user', content: 'hello there' }],
  model,
  requestId: crypto.randomUUID(),
});

const schema = { type: 'object', properties: { city: { type: 'string' } } };

/** Everything that a request can say. */
const FULL: Partial<ChatRequest> = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this, and how is the weather there?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://images.example/tower.jpg' } },
      ],
    },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    { role: 'user', content: 'So?' },
  ],
  parameters: {
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 1_000,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    stop: ['END'],
    seed: 7,
    response_format: { type: 'json_schema', json_schema: { name: 'weather', schema, strict: true } },
    tools: [
      { type: 'function', function: { name: 'get_weather', description: 'Tells.', parameters: schema } },
    ],
    tool_choice: 'auto',
    reasoning_effort: 'low',
  },
};

/** The behaviour every Provider owes its callers. */
export function conformsToProvider(open: () => Promise<Stage>): void {
  let stage: Stage;
  const never = new AbortController().signal;

  beforeAll(async () => {
    await loadTokenCounter();
    stage = await open();
  });

  async function call(extra: Partial<ChatRequest> = {}, signal = never): Promise<ProviderEvent[]> {
    const asked = { ...request(stage.provider.model), ...extra };
    return Array.fromAsync(stage.provider.stream(asked, stage.via, signal));
  }

  describe('answers', () => {
    test('with text as it comes and then one finish with the usage', async () => {
      const events = await call();
      expect(events.filter(({ type }) => type === 'delta').length).toBeGreaterThan(1);
      expect(events.filter(({ type }) => type === 'finish')).toEqual([events.at(-1)]);
      expect(events.at(-1)).toMatchObject({
        reason: 'stop',
        usage: { promptTokens: expect.any(Number), completionTokens: expect.any(Number), estimated: false },
      });
    });

    test('whatever a request can say', async () => {
      expect((await call(FULL)).at(-1)).toMatchObject({ type: 'finish' });
    });

    test('with its thoughts, apart from the text', async () => {
      const said = saidIn(await call(await stage.thinks()));
      expect(said.reasoning).toBe('Two and two.');
      expect(said.text).not.toContain('Two');
      expect(said.text).not.toBe('');
    });

    test('with the tools that it wants called, however they come in pieces', async () => {
      const { calls, finish } = saidIn(await call(await stage.callsTools()));
      expect(calls).toEqual([
        { id: expect.stringMatching(/./), name: 'get_weather', arguments: '{"city":"Berlin"}' },
        { id: expect.stringMatching(/./), name: 'get_time', arguments: '{}' },
      ]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
      expect(finish).toMatchObject({ reason: 'tool_calls' });
    });

    test('several calls side by side', async () => {
      const all = await Promise.all(Array.from({ length: 5 }, () => call()));
      for (const events of all) expect(saidIn(events).text).toEqual(saidIn(all[0]!).text);
    });
  });

  describe('ends', () => {
    test('at once when it is aborted, with the reason of the signal', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const events: ProviderEvent[] = [];
      const hanging = { ...request(stage.provider.model), ...(await stage.hangs()) };
      const running = (async () => {
        for await (const event of stage.provider.stream(hanging, stage.via, abort.signal)) {
          events.push(event);
          if (event.type === 'delta') abort.abort(reason);
        }
      })();
      await expect(running).rejects.toBe(reason);
      expect(events.filter(({ type }) => type === 'delta')).toHaveLength(1);
    });

    test('without a call when it was aborted already', async () => {
      const tooLate = AbortSignal.abort(new Error('too late'));
      await expect(call({}, tooLate)).rejects.toThrow('too late');
    });

    test('with a code that says whether to try again when it fails', async () => {
      await expect(call(await stage.fails())).rejects.toMatchObject({
        code: 'provider_unavailable',
        retryable: true,
      });
    });
  });
}
