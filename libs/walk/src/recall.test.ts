import { expect, test } from 'vitest';
import { type Place, type ResultCache } from '#cache';
import { type CacheSettings } from '#config';
import { type AttemptState } from './end-attempt.js';
import { type Generate, type Generated } from './generate.js';
import { Recall, type Verdict } from './recall.js';

const usage = { promptTokens: 5, completionTokens: 2, estimated: false };
const VALUES = { ttl: 60_000, max_ttl: 60_000, max_wait: 1_000 };

/** A cache that keeps what it is given, and a provider that says 1, 2, 3, … */
function setup() {
  const kept = new Map<string, string>();
  let calls = 0;
  const cache = {
    ask: ({ key }: Place) => {
      const text = kept.get(key);
      const end = (made: string | undefined) => Promise.resolve(made && kept.set(key, made));
      return Promise.resolve(text === undefined ? { end } : { text, ageMs: 2_000 });
    },
  };
  const generate = {
    run: ({ writer }: AttemptState) => {
      writer.delta(String((calls += 1)));
      return Promise.resolve({ finishReason: 'stop', usage, toolCalls: [], reasoning: '' });
    },
  };
  const recall = new Recall(
    cache as unknown as ResultCache,
    generate as unknown as Generate,
    { value: VALUES } as CacheSettings,
  );
  const run = async (judge: (answer: Generated) => Verdict, schema: object | null = null) => {
    const writer = { text: '', delta: (text: string) => (writer.text += text) };
    const state = {
      message: {
        tenantId: 't',
        timeoutMs: 1_000,
        metadata: {},
        options: { config: { cache_enabled: true } },
      },
      task: { schema, parameters: {} },
      prompt: [],
      writer,
    } as unknown as AttemptState;
    const verdict = await recall.run(state, new AbortController().signal, judge);
    return { verdict, text: writer.text, calls };
  };
  return { run };
}

const reject = (rejected: Generated) => ({ rejected, problems: [{ field: '', message: 'is no JSON' }] });
const accept = (answer: Generated) => ({ ...answer, data: 'judged' });

test('an answer that is not what was asked for is kept for nobody', async () => {
  const { run } = setup();
  expect((await run(reject)).verdict).toMatchObject({ problems: [{ message: 'is no JSON' }] });
  expect(await run(accept)).toMatchObject({ text: '2', calls: 2 });
});

test('what was there is judged too, so that it has its result', async () => {
  const { run } = setup();
  await run(accept);
  const { verdict, text, calls } = await run(accept);
  expect([text, calls]).toEqual(['1', 1]);
  expect(verdict).toMatchObject({ cacheAge: 2, data: 'judged', usage });
});

test('what was held to no schema is no answer where one is asked for', async () => {
  const { run } = setup();
  await run(accept);
  expect(await run(accept, { type: 'object' })).toMatchObject({ calls: 2 });
});
