import { describe, expect, test } from 'vitest';
import {
  type CatalogParts,
  catalogSources,
  loadCatalog,
  type RoutingSpec,
  type RuleSpec,
  type TaskTypeSpec,
} from '#catalog';
import { loadConfig } from '#config';
import { AppError } from '#contracts';
import { catalogOf, modelSpec, NO_ROUTING, providerSpec } from '../../../tests/support/specs.js';
import { type MessageFacts, type RouteRequest } from './request.js';
import { MAX_CANDIDATES, MAX_TARGETS, route } from './route.js';

const FACTS: MessageFacts = {
  priority: 'normal',
  tenantId: 'acme',
  userId: 'ada',
  promptTokens: 1_000,
  outputTokens: 1_000,
  metadata: {},
};

const usd = (input: number, output = input) => ({ currency: 'USD', input, output });

/** `good` is dear and slow, `cheap` is cheap and fast and small, `off` has no key. */
const PROVIDERS = [
  providerSpec('good', {
    models: [
      modelSpec('best', { price: usd(10), quality: 1, speed: 0.2, contextWindow: 100_000 }),
      modelSpec('long', { price: usd(20), quality: 0.9, speed: 0.1, contextWindow: 1_000_000 }),
    ],
  }),
  providerSpec('cheap', {
    models: [
      modelSpec('small', {
        price: usd(1),
        quality: 0.3,
        speed: 0.9,
        contextWindow: 4_000,
        capabilities: ['chat'],
      }),
      modelSpec('vectors', { price: usd(0.1), capabilities: ['embeddings'] }),
    ],
  }),
  providerSpec('off'),
  providerSpec('simulator', {
    kind: 'simulator',
    models: [modelSpec('simulator-1', { contextWindow: 1e9 })],
  }),
];

function rule(name: string, more: Partial<RuleSpec>): RuleSpec {
  const nothing = { taskTypes: [], models: [], conditions: [], targets: [], weights: null, fallbacks: null };
  return { name, ...nothing, ...more };
}

function setup(routing: Partial<RoutingSpec> = {}, more: Partial<CatalogParts> = {}) {
  const catalog = catalogOf(PROVIDERS, {
    off: new Map([['off', 'set OFF_KEY']]),
    routing: { ...NO_ROUTING, ...routing },
    ...more,
  });
  const ask = (request: RouteRequest = {}, facts: Partial<MessageFacts> = {}, ill: readonly string[] = []) =>
    route({ ...FACTS, ...facts }, request, catalog, ({ provider }) =>
      ill.includes(provider) ? 'its breaker is open' : undefined,
    );
  const targets = (...args: Parameters<typeof ask>) =>
    ask(...args).targets.map(({ provider, model }) => `${provider}/${model}`);
  return { ask, targets };
}

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('without a rule', () => {
  test.each([
    [{}],
    [{ provider: 'auto' }],
    [{ provider: '', model: '' }],
    [{ provider: 'auto', model: 'auto' }],
  ])('%j is chosen by weights, among the default models, and never made up', (request) =>
    expect(setup().targets(request)).toEqual(['cheap/small', 'good/best']),
  );

  test('weights decide', () => {
    const { targets } = setup({ weights: { cost: 0, speed: 0, quality: 1 } });
    expect(targets()).toEqual(['good/best', 'cheap/small']);
  });

  test('where the default model cannot, another one of the provider does', () => {
    const { ask } = setup();
    expect(ask({}, { promptTokens: 200_000 })).toMatchObject({
      targets: [{ provider: 'good', model: 'long' }],
      candidates: [
        { model: 'long' },
        { model: 'best', rejected: 'holds 100000 tokens, 200000 are needed' },
        { model: 'small', rejected: 'holds 4000 tokens, 200000 are needed' },
        { model: 'vectors', rejected: 'cannot do chat' },
      ],
    });
  });

  test('one key is answered as ever: by the default model of the default provider', () => {
    const one = (env: Record<string, string>) => {
      const { providers, environment } = loadConfig({ env });
      const shipped = loadCatalog(catalogSources(providers, environment));
      return route(FACTS, {}, shipped, () => undefined).targets;
    };
    expect(one({})).toEqual([{ provider: 'simulator', model: 'simulator-1' }]);
    expect(one({ OPENAI_API_KEY: 'k' })).toEqual([{ provider: 'openai', model: 'gpt-5-mini' }]);
    expect(one({ OPENAI_API_KEY: 'k', OPENAI_MODEL: 'fake-model' })).toEqual([
      { provider: 'openai', model: 'fake-model' },
    ]);
    expect(one({ KIMI_API_KEY: 'k' })).toEqual([{ provider: 'kimi', model: 'kimi-k2.6' }]);
  });
});

describe('a named provider', () => {
  test('is used, with its default model, and nobody else', () => {
    const { targets } = setup({
      fallbacks: new Map([['good', ['cheap']]]),
      rules: [rule('r', { targets: ['cheap'] })],
    });
    expect(targets({ provider: 'good' })).toEqual(['good/best']);
    expect(targets({ provider: 'good', model: 'long' })).toEqual(['good/long']);
    expect(targets({ provider: 'simulator' })).toEqual(['simulator/simulator-1']);
  });

  test('is used also while it is ill', () => {
    const { candidates, targets } = setup().ask({ provider: 'good' }, {}, ['good']);
    expect(targets).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ unhealthy: 'its breaker is open' });
  });

  test.each<[RouteRequest, string, string]>([
    [{ provider: 'nobody' }, 'provider_unknown', 'There is no provider nobody'],
    [{ provider: 'off' }, 'provider_unknown', 'The provider off is off: set OFF_KEY'],
    [{ provider: 'good', model: 'small' }, 'model_unknown', 'There is no model small at good'],
    [{ provider: 'good', model: 'nothing' }, 'model_unknown', 'There is no model nothing at good'],
    [{ model: 'nothing' }, 'model_unknown', 'There is no model nothing'],
    [{ model: 'good' }, 'model_unknown', 'There is no model good'],
    [{ taskType: 'nothing' }, 'task_type_unknown', 'There is no task type nothing'],
    [{ provider: 'cheap', model: 'vectors' }, 'no_target', 'cheap/vectors cannot do chat'],
    [{ provider: 'cheap', maxTokens: 2_000 }, 'no_target', 'cheap/small writes at most 1000 tokens'],
    [{ model: 'off-1' }, 'no_target', 'off/off-1 is off: set OFF_KEY'],
  ])('%j fails as %s: %s', (request, code, message) => {
    const error = refusal(() => setup().ask(request));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error.fields.length).toBeGreaterThan(0);
  });
});

describe('a named model', () => {
  test('is served by whoever has it, by weights, and by its fallbacks', () => {
    const both = [
      ...PROVIDERS,
      providerSpec('other', { models: [modelSpec('best', { price: usd(9), quality: 1 })] }),
    ];
    const fallbacks = new Map([
      ['good/best', ['good/long']],
      ['*', ['simulator']],
    ]);
    const { targets } = setup({ fallbacks }, { providers: both });
    expect(targets({ model: 'best' })).toEqual([
      'other/best',
      'good/best',
      'good/long',
      'simulator/simulator-1',
    ]);
    expect(targets({ model: 'good/long' })).toEqual(['good/long', 'simulator/simulator-1']);
  });

  test('may be an alias or a group, which are in order', () => {
    const aliases = new Map([['gpt', 'some']]);
    const groups = new Map([['some', ['good/*', 'cheap', 'off']]]);
    const { ask, targets } = setup({ aliases, groups });
    for (const model of ['gpt', 'some'])
      expect(targets({ model })).toEqual(['good/best', 'good/long', 'cheap/small']);
    expect(targets({ provider: 'cheap', model: 'gpt' })).toEqual(['cheap/small']);
    expect(ask({ model: 'gpt' }).candidates.at(-1)).toMatchObject({ rejected: 'is off: set OFF_KEY' });
  });
});

describe('a rule', () => {
  const long = rule('long texts', {
    conditions: [{ field: 'prompt_tokens', operator: 'gt', value: 50_000 }],
    targets: ['good/long', 'good'],
  });

  test('that fits decides, the first of them, and is named', () => {
    const { ask, targets } = setup({ rules: [long, rule('all', { targets: ['cheap', 'good'] })] });
    expect(ask({}, { promptTokens: 60_000 })).toMatchObject({ rule: 'long texts' });
    expect(targets({}, { promptTokens: 60_000 })).toEqual(['good/long', 'good/best']);
    expect(ask({}).rule).toBe('all');
    expect(targets({})).toEqual(['cheap/small', 'good/best']);
  });

  test('says for how long answers may be used again, where it says so', () => {
    const kept = rule('kept', { models: ['clever'], targets: ['good'], cacheTtlMs: 60_000 });
    const { ask } = setup({
      aliases: new Map([['clever', 'good']]),
      rules: [kept, rule('rest', { targets: ['good'] })],
    });
    expect(ask({ model: 'clever' }).cacheTtlMs).toBe(60_000);
    expect(ask()).not.toHaveProperty('cacheTtlMs');
  });

  test('is for its task types and for the models it names', () => {
    const types = [taskType('sum'), taskType('other')];
    const rules = [
      rule('sums', { taskTypes: ['sum'], targets: ['good/long'] }),
      rule('small ones', { models: ['small'], targets: ['good'] }),
    ];
    const { ask, targets } = setup({ rules }, { taskTypes: types });
    expect(ask({ taskType: 'sum' }).rule).toBe('sums');
    expect(ask({ taskType: 'other' }).rule).toBeUndefined();
    expect(targets({ model: 'small' })).toEqual(['good/best']);
    expect(targets({ model: 'small', taskType: 'sum' })).toEqual(['good/best']);
    expect(ask({ model: 'best', taskType: 'sum' }).rule).toBeUndefined();
  });

  test('may choose by weights, among its targets or among all', () => {
    const cheapest = { cost: 1, speed: 0, quality: 0 };
    const among = (targets: readonly string[]) =>
      setup({ rules: [rule('r', { targets, weights: cheapest })] }).targets();
    expect(among(['good/*', 'simulator'])).toEqual(['simulator/simulator-1', 'good/best', 'good/long']);
    expect(among([])).toEqual(['cheap/small', 'good/best', 'good/long']);
  });

  test('may have fallbacks of its own, or none', () => {
    const fallbacks = new Map([['*', ['simulator']]]);
    const by = (own: readonly string[] | null) =>
      setup({ fallbacks, rules: [rule('r', { targets: ['good'], fallbacks: own })] }).targets();
    expect(by(null)).toEqual(['good/best', 'simulator/simulator-1']);
    expect(by(['cheap'])).toEqual(['good/best', 'cheap/small']);
    expect(by([])).toEqual(['good/best']);
  });

  test('whose targets cannot is not passed over in silence', () => {
    const { ask } = setup({ rules: [rule('only there', { targets: ['off'], fallbacks: [] })] });
    expect(refusal(() => ask())).toMatchObject({
      code: 'no_target',
      message: 'No model can serve the message where only there sends it: off/off-1 is off: set OFF_KEY',
    });
  });
});

describe('a task type', () => {
  test('has its provider, its model and what its result needs', () => {
    const taskTypes = [
      taskType('a', { provider: 'good', model: 'long' }),
      taskType('b', { provider: 'cheap', result: { type: 'object' } }),
      taskType('c', { parameters: { maxTokens: 3_500 } }),
    ];
    const { ask, targets } = setup({ fallbacks: new Map([['cheap', ['good']]]) }, { taskTypes });
    expect(ask({ taskType: 'a' })).toMatchObject({ targets: [{ model: 'long' }], rule: 'task type a' });
    expect(ask({ taskType: 'b' })).toMatchObject({
      targets: [{ model: 'best' }],
      candidates: [{ model: 'best' }, { model: 'small', rejected: 'cannot do json' }],
    });
    expect(targets({ taskType: 'b', provider: 'simulator' })).toEqual(['simulator/simulator-1']);
    expect(refusal(() => ask({ taskType: 'c' })).code).toBe('no_target');
    expect(targets({ taskType: 'c', maxTokens: 500 })).toHaveLength(2);
  });
});

describe('fallbacks', () => {
  test('go on from one to the next, each once, and the last ones last', () => {
    const fallbacks = new Map([
      ['cheap', ['good']],
      ['good', ['good/long', 'cheap']],
      ['*', ['simulator', 'good']],
    ]);
    const { targets } = setup({ fallbacks, rules: [rule('r', { targets: ['cheap'] })] });
    expect(targets()).toEqual(['cheap/small', 'good/best', 'good/long', 'simulator/simulator-1']);
  });

  test('come before what is ill, which comes last and is not dropped', () => {
    const { ask } = setup({ fallbacks: new Map([['*', ['simulator']]]) });
    const { targets, candidates } = ask({}, {}, ['cheap', 'good']);
    expect(targets.map(({ provider }) => provider)).toEqual(['simulator', 'cheap', 'good']);
    expect(candidates.map(({ unhealthy }) => unhealthy)).toEqual([
      undefined,
      'its breaker is open',
      'its breaker is open',
    ]);
  });
});

test('other needs have other models', () => {
  expect(setup().targets({ requires: ['embeddings'] })).toEqual(['cheap/vectors']);
});

test('what is kept of a routing has its bounds', () => {
  const models = Array.from({ length: 30 }, (_, i) =>
    modelSpec(`m${i}`, { contextWindow: i < 15 ? 10 : 10_000 }),
  );
  const { ask } = setup(
    { rules: [rule('r', { weights: NO_ROUTING.weights })] },
    { providers: [providerSpec('many', { models })] },
  );
  const { targets, candidates } = ask();
  expect([targets.length, candidates.length]).toEqual([MAX_TARGETS, MAX_CANDIDATES]);
});

function taskType(name: string, more: Partial<TaskTypeSpec> = {}): TaskTypeSpec {
  const nothing = { description: '', prompt: '', system: null, result: null, provider: null, model: null };
  return { name, ...nothing, parameters: {}, limits: {}, ...more };
}
