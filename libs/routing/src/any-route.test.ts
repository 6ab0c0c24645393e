import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CAPABILITIES,
  type Catalog,
  type ProviderSpec,
  type RoutingSpec,
  type RuleSpec,
  type Target,
  targetKey,
} from '#catalog';
import { AppError, PRIORITIES } from '#contracts';
import { catalogOf, modelSpec, providerSpec } from '../../../tests/support/specs.js';
import { type MessageFacts, type RouteRequest, type Routing } from './request.js';
import { MAX_CANDIDATES, MAX_TARGETS, route } from './route.js';

const PROVIDERS = ['p', 'q', 'r', 's'];
const MODELS = ['m1', 'm2', 'm3'];
const NAMES = ['x', 'y', 'z'];

const providerName = fc.constantFrom(...PROVIDERS);
const modelName = fc.constantFrom(...MODELS);
/** Anything that a file could name: also what is not there, and what leads back to itself. */
const reference = fc.oneof(
  providerName,
  modelName,
  fc.constantFrom(...NAMES, 'nothing'),
  fc.tuple(providerName, fc.constantFrom(...MODELS, '*')).map(([provider, model]) => `${provider}/${model}`),
);
const references = fc.array(reference, { maxLength: 4 });
const unit = fc.double({ min: 0, max: 1, noNaN: true });

const price = fc.option(
  fc.record({
    currency: fc.constant('USD'),
    input: fc.integer({ min: 0, max: 10_000 }),
    output: fc.integer({ min: 0, max: 10_000 }),
  }),
);

const embeddings = fc.constant(['embeddings'] as const);
const chat = fc.subarray(CAPABILITIES.slice(1)).map((more) => ['chat', ...more] as const);

const model = fc.record({
  id: modelName,
  capabilities: fc.oneof({ weight: 1, arbitrary: embeddings }, { weight: 9, arbitrary: chat }),
  contextWindow: fc.integer({ min: 1, max: 20_000 }),
  maxOutputTokens: fc.integer({ min: 0, max: 2_000 }),
  price,
  quality: unit,
  speed: unit,
});

const provider: fc.Arbitrary<ProviderSpec> = fc
  .record({
    name: providerName,
    kind: fc.constantFrom('openai-compatible' as const, 'simulator' as const),
    models: fc.uniqueArray(model, { minLength: 1, selector: ({ id }) => id }),
  })
  .map(({ name, ...more }) => providerSpec(name, more));

const weights = fc
  .record({ cost: unit, speed: unit, quality: unit })
  .filter(({ cost, speed, quality }) => cost + speed + quality > 0.01);

const condition = fc.oneof(
  fc.record({
    field: fc.constantFrom('prompt_tokens', 'metadata.n'),
    operator: fc.constantFrom('gt' as const, 'lt' as const, 'gte' as const, 'lte' as const, 'eq' as const),
    value: fc.integer({ min: 0, max: 4_000 }),
  }),
  fc.record({
    field: fc.constant('priority'),
    operator: fc.constantFrom('gt' as const, 'lte' as const, 'eq' as const),
    value: fc.constantFrom(...PRIORITIES),
  }),
);

const rule: fc.Arbitrary<RuleSpec> = fc.record({
  name: fc.string({ maxLength: 5 }),
  taskTypes: fc.constant([]),
  models: fc.uniqueArray(modelName, { maxLength: 2 }),
  conditions: fc.array(condition, { maxLength: 2 }),
  targets: references,
  weights: fc.option(weights),
  fallbacks: fc.option(references),
});

const fallbackKey = fc.oneof(
  providerName,
  fc.constant('*'),
  fc.tuple(providerName, modelName).map(([name, id]) => `${name}/${id}`),
);

const routing: fc.Arbitrary<RoutingSpec> = fc.record({
  weights,
  rules: fc.array(rule, { maxLength: 3 }),
  aliases: fc.array(fc.tuple(fc.constantFrom(...NAMES), reference)).map((entries) => new Map(entries)),
  groups: fc.array(fc.tuple(fc.constantFrom(...NAMES), references)).map((entries) => new Map(entries)),
  fallbacks: fc.array(fc.tuple(fallbackKey, references), { maxLength: 6 }).map((entries) => new Map(entries)),
  currencies: fc.constant(new Map([['USD', 1]])),
});

const catalog: fc.Arbitrary<Catalog> = fc
  .tuple(
    fc.uniqueArray(provider, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
    fc.subarray(PROVIDERS),
    routing,
  )
  .map(([providers, off, spec]) =>
    catalogOf(providers, {
      off: new Map(off.filter((name) => name !== providers[0]!.name).map((name) => [name, 'no key'])),
      routing: spec,
    }),
  );

const facts: fc.Arbitrary<MessageFacts> = fc.record({
  priority: fc.constantFrom(...PRIORITIES),
  tenantId: fc.constant('t'),
  userId: fc.constant('u'),
  promptTokens: fc.integer({ min: 0, max: 4_000 }),
  outputTokens: fc.integer({ min: 0, max: 1_000 }),
  metadata: fc.record({ n: fc.integer({ min: 0, max: 4_000 }) }),
});

const request: fc.Arbitrary<RouteRequest> = fc.record({
  provider: fc.option(fc.constantFrom(...PROVIDERS, 'auto', 'nobody'), { nil: undefined, freq: 2 }),
  model: fc.option(fc.constantFrom(...MODELS, ...NAMES, 'auto', 'nothing'), { nil: undefined, freq: 2 }),
  maxTokens: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
});

/** Everything at once: who is on, what it costs, how it is chosen, and who is ill. */
const scene = fc.record({ facts, request, catalog, ill: fc.subarray(PROVIDERS) });
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** undefined: refused, by one of the names for that. */
function routed({ facts: given, request: asked, catalog: known, ill }: Scene): Routing | undefined {
  try {
    return route(given, asked, known, ({ provider: name }) => (ill.includes(name) ? 'ill' : undefined));
  } catch (error) {
    if (!(error instanceof AppError) || !/^(provider|model)_unknown$|^no_target$/.test(error.code))
      throw error;
    return undefined;
  }
}

const keysOf = (targets: readonly Target[]) => targets.map(targetKey);

function check(property: (scene: Scene, routing: Routing) => void): void {
  fc.assert(
    fc.property(scene, (each) => {
      const found = routed(each);
      if (found) property(each, found);
    }),
    { numRuns: 500 },
  );
}

test('nobody comes twice, and there is a bound to how many come', () => {
  check((_, { targets, candidates }) => {
    expect(new Set(keysOf(targets)).size).toBe(targets.length);
    expect(new Set(keysOf(candidates)).size).toBe(candidates.length);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.length).toBeLessThanOrEqual(MAX_TARGETS);
    expect(candidates.length).toBeLessThanOrEqual(MAX_CANDIDATES);
  });
});

test('whoever comes is on, and can serve the message', () => {
  check(({ facts: { promptTokens }, request: { maxTokens = 0 }, catalog: known }, { targets }) => {
    for (const target of targets) {
      const spec = known.model(target)!;
      expect(known.lanes).toContain(target.provider);
      expect(spec.capabilities).toContain('chat');
      expect(spec.contextWindow).toBeGreaterThanOrEqual(promptTokens + maxTokens);
      expect(spec.maxOutputTokens).toBeGreaterThanOrEqual(maxTokens);
    }
  });
});

test('the targets are the candidates that are not rejected, and the rejected ones have a reason', () => {
  check((_, { targets, candidates }) => {
    expect(keysOf(candidates.filter(({ rejected }) => rejected === undefined))).toEqual(keysOf(targets));
    const rejected = candidates.findIndex((each) => each.rejected !== undefined);
    expect(candidates.slice(rejected < 0 ? candidates.length : rejected).every((each) => each.rejected)).toBe(
      true,
    );
  });
});

test('who is ill comes behind everybody who is not', () => {
  check(({ ill }, { candidates }) => {
    const taken = candidates.filter(({ rejected }) => rejected === undefined);
    const places = taken.map(({ provider: name }) => Number(ill.includes(name)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const each of taken) expect(each.unhealthy !== undefined).toBe(ill.includes(each.provider));
  });
});

test('a provider that is named answers alone', () => {
  check(({ request: { provider: name } }, { targets, rule: decided }) => {
    const isNamed = name !== undefined && name !== 'auto';
    expect(isNamed && (decided !== undefined || targets.some((target) => target.provider !== name))).toBe(
      false,
    );
  });
});

test('the same is always answered with the same, and nothing is changed by asking', () => {
  fc.assert(
    fc.property(scene, (each) => {
      const before = JSON.stringify([each.facts, each.request, each.catalog.all]);
      expect(routed(each)).toEqual(routed(each));
      expect(JSON.stringify([each.facts, each.request, each.catalog.all])).toBe(before);
    }),
  );
});

test('by cost alone, nobody who is healthy is cheaper than the first', () => {
  fc.assert(
    fc.property(fc.array(price, { minLength: 1, maxLength: 6 }), facts, (prices, given) => {
      const models = prices.map((each, i) => modelSpec(`m${i}`, { price: each }));
      const known = catalogOf([providerSpec('p', { models })], {
        routing: {
          weights: { cost: 1, speed: 0, quality: 0 },
          rules: [{ ...ALL, weights: { cost: 1, speed: 0, quality: 0 } }],
          aliases: new Map(),
          groups: new Map(),
          fallbacks: new Map(),
          currencies: new Map([['USD', 1]]),
        },
      });
      const tokens = { input: given.promptTokens, output: given.outputTokens };
      const costs = route(given, {}, known, () => undefined).targets.map((target) =>
        known.costOf(known.model(target)!.price, tokens),
      );
      expect(costs[0]).toBe(Math.min(...models.map((each) => known.costOf(each.price, tokens))));
    }),
  );
});

const ALL: Omit<RuleSpec, 'weights'> = {
  name: 'all',
  taskTypes: [],
  models: [],
  conditions: [],
  targets: [],
  fallbacks: null,
};
