import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCatalog } from './load-catalog.js';
import { modelYaml, problemsOf, providerYaml, Scene } from './scene.conformance.js';

const AB = `providers:\n${providerYaml('a')}${providerYaml('b')}`;
const routing = (yaml: string) => `${AB}routing:\n${yaml}`;
const type = (yaml: string) => `task_types:\n  - { name: t, prompt: '{{prompt}}', ${yaml} }\n`;

describe('a catalog is refused', () => {
  test.each<[what: string, yaml: string, problem: string]>([
    ['with a syntax error', 'providers: [', 'providers.yaml:1:13 is not valid YAML'],
    ['without anything in it', '', 'providers.yaml:1:1 is missing; it must be a mapping'],
    ['with the same key twice', `${AB}providers: []\n`, 'providers.yaml:16:1 is not valid YAML'],
    ['with an unknown field', `${AB}speed: 1\n`, 'providers.yaml:16:1 speed is not known here; known are'],
    [
      'with a model without a price',
      AB.replace('price: free', ''),
      'providers.yaml:7:9 providers[0].models[0].price is missing; it must be a mapping with currency, input, output, cached_input per million tokens, or the word free',
    ],
    [
      'with an empty price',
      AB.replace('price: free', 'price: '),
      'providers.yaml:7:120 providers[0].models[0].price is missing',
    ],
    [
      'with a price in a currency that nobody knows',
      AB.replace('price: free', 'price: { currency: EUR, input: 1, output: 2 }'),
      'providers.yaml:7:139 providers[0].models[0].price.currency is EUR, which is not in currencies',
    ],
    [
      'with two providers of one name',
      AB.replace('name: b', 'name: a'),
      'providers.yaml:9:11 providers[1].name is a, which is there already',
    ],
    [
      'with two models of one name',
      AB.replace('id: a-2', 'id: a-1'),
      'providers.yaml:8:15 providers[0].models[1].id is a-1, which is there already',
    ],
    [
      'with two endpoints of one name',
      AB.replace("url: 'http://a", "id: b-1, url: 'http://a"),
      'providers.yaml:11:17 providers[1].endpoints[0].id is b-1, which is there already',
    ],
    [
      'with a default model that is not listed',
      AB.replace('default_model: a-1', 'default_model: a-9'),
      'providers.yaml:5:20 providers[0].default_model is a-9, which is not in models',
    ],
    [
      'with nowhere to call',
      AB.replace(/endpoints:.*/, 'endpoints: []'),
      'providers.yaml:4:5 providers[0].endpoints is missing',
    ],
    [
      'with a URL that is none',
      AB.replace('http://a.test/v1', 'a.test'),
      'providers.yaml:4:24 providers[0].endpoints[0].url must be a URL',
    ],
    [
      'with a variable that is not set',
      AB.replace('http://a.test/v1', '${A_URL}'),
      'providers.yaml:4:24 providers[0].endpoints[0].url names the variable A_URL, which is not set',
    ],
    [
      'with nothing that is on',
      `providers:\n${providerYaml('a')}    enabled: false\n`,
      'providers.yaml:1:1 providers are all off (a: enabled is false)',
    ],
    [
      'with a name that means something else',
      AB.replace('name: a', 'name: auto'),
      'providers.yaml:2:11 providers[0].name must be another name',
    ],
  ])('%s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });

  test.each<[what: string, yaml: string, problem: string]>([
    [
      'to a provider that is not there',
      '  rules: [{ name: r, targets: [c] }]\n',
      'providers.yaml:17:32 routing.rules[0].targets[0] is c, which is not known',
    ],
    [
      'to a model that is not there',
      '  rules: [{ name: r, targets: [a/a-9] }]\n',
      'providers.yaml:17:32 routing.rules[0].targets[0] is a/a-9',
    ],
    [
      'for a model that is not there',
      '  rules: [{ name: r, models: [a-9], targets: [a] }]\n',
      'providers.yaml:17:31 routing.rules[0].models[0] is a-9',
    ],
    [
      'for a task type that is not there',
      '  rules: [{ name: r, task_types: [poem], targets: [a] }]\n',
      'providers.yaml:17:35 routing.rules[0].task_types[0] is poem',
    ],
    [
      'to nothing',
      '  rules: [{ name: r }]\n',
      'providers.yaml:17:11 routing.rules[0] needs targets or weights',
    ],
    [
      'with weights of nothing',
      '  weights: { cost: 0 }\n',
      'providers.yaml:17:3 routing.weights must have a weight that is more than 0',
    ],
    [
      'with two rules of one name',
      '  rules: [{ name: r, targets: [a] }, { name: r, targets: [b] }]\n',
      'providers.yaml:17:46 routing.rules[1].name is r, which is there already',
    ],
    [
      'with aliases in a circle',
      '  aliases: { x: y, y: z, z: x }\n',
      'providers.yaml:17:17 routing.aliases.x is circular: x → y → z → x',
    ],
    [
      'with a group in itself',
      '  groups: { g: [a, h], h: [g] }\n',
      'providers.yaml:17:13 routing.groups.g is circular: g → h → g',
    ],
    [
      'with fallbacks in a circle',
      '  fallbacks: { a: [b], b: [a/a-2], a/a-2: [b] }\n',
      'routing.fallbacks.b is circular: b/b-1 → a/a-2 → b/b-1',
    ],
    [
      'with a fallback to itself',
      '  fallbacks: { a: [a/*] }\n',
      'providers.yaml:17:16 routing.fallbacks.a is circular: a/a-1 → a/a-1',
    ],
    [
      'with a fallback of nobody',
      '  fallbacks: { c: [a] }\n',
      'providers.yaml:17:16 routing.fallbacks.c is c, which is not known',
    ],
    [
      'with an alias that is called like a model',
      '  aliases: { a-1: b }\n',
      'providers.yaml:17:19 routing.aliases.a-1 is also the name of',
    ],
    [
      'with a fact that is none',
      '  rules: [{ name: r, targets: [a], conditions: [{ field: size, operator: eq, value: 1 }] }]\n',
      'routing.rules[0].conditions[0].field must be metadata.<name> or one of task_type',
    ],
    [
      'with a comparison of texts',
      '  rules: [{ name: r, targets: [a], conditions: [{ field: user_id, operator: gt, value: x }] }]\n',
      'routing.rules[0].conditions[0].value must be a number, for the operator gt',
    ],
    [
      'with one value for in',
      '  rules: [{ name: r, targets: [a], conditions: [{ field: user_id, operator: in, value: x }] }]\n',
      'routing.rules[0].conditions[0].value must be a list',
    ],
    [
      'with a priority that is none',
      '  rules: [{ name: r, targets: [a], conditions: [{ field: priority, operator: gte, value: 3 }] }]\n',
      'routing.rules[0].conditions[0].value must be one of realtime',
    ],
  ])('with a route %s', (_, yaml, problem) => {
    expect(problemsOf(routing(yaml))).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });

  test.each<[what: string, yaml: string, problem: string]>([
    ['an unknown provider', type('provider: c'), 'task-types.yaml:2:48 task_types[0].provider is c'],
    ['an unknown model', type('model: c'), 'task_types[0].model is c, and no provider has it'],
    [
      'the model of another',
      type('provider: a, model: b-1'),
      'task_types[0].model is b-1, and a has no such model',
    ],
    [
      'a bad schema',
      type('result: { type: thing }'),
      'task-types.yaml:2:54 task_types[0].result.type must be one of',
    ],
    [
      'an unknown placeholder',
      type('system: "{{promt}}"'),
      'task_types[0].system has the placeholder {{promt}}; known are prompt, data',
    ],
    ['an open placeholder', type('system: "{{prompt"'), 'task_types[0].system has {{ or }} without'],
    [
      'a bad parameter',
      type('parameters: { temperature: 3 }'),
      'task_types[0].parameters.temperature must be',
    ],
    [
      'the name of another',
      `${type('')}  - { name: t, prompt: x }\n`,
      'task_types[1].name is t, which is there',
    ],
  ])('with a task type that has %s', (_, yaml, problem) => {
    expect(problemsOf(AB, yaml)).toEqual([expect.stringContaining(problem)]);
  });

  test('when a file is not there, or is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmq-catalog-'));
    mkdirSync(join(folder, 'folder'));
    const load = (providersFile: string) =>
      loadCatalog({ providersFile, taskTypesFile: join(folder, 'nothing.yaml'), variables: new Map() });
    expect(() => load(join(folder, 'folder'))).toThrow(/folder:1:1: cannot be read.*nothing.yaml:1:1/s);
    rmSync(folder, { recursive: true });
  });

  test('with everything that is wrong in both files at once', () => {
    const bad = AB.replaceAll('quality: 0.5', 'quality: 5');
    expect(problemsOf(bad, 'task_types: 3\n')).toHaveLength(5);
  });

  test('without a word of its secrets', () => {
    const yaml = AB.replace(
      '    default_model: a-1',
      '    keys: [sk-secret-1, { secret: sk-secret-2, wait: 1 }]\n    default_model: ${B}',
    );
    const problems = problemsOf(yaml, undefined, { B: 'c' });
    expect(problems.join()).toContain('wait is not known here');
    expect(problems.join()).not.toContain('sk-secret');
  });
});

describe('a catalog', () => {
  test('has what the file says, and defaults for the rest', () => {
    const scene = new Scene(
      AB.replace('price: free', 'price: { currency: USD, input: 1, output: 2, cached_input: 0 }'),
    );
    const [a] = scene.load().providers;
    expect(a).toEqual({
      name: 'a',
      kind: 'openai-compatible',
      endpoints: [
        { id: 'a-1', url: 'http://a.test/v1', weight: 1, maxConnections: 0, priority: 0, group: 'primary' },
      ],
      keys: [],
      models: [
        expect.objectContaining({
          id: 'a-1',
          price: { currency: 'USD', input: 1, output: 2, cachedInput: 0 },
        }),
        {
          id: 'a-2',
          capabilities: ['chat', 'json'],
          contextWindow: 1_000,
          maxOutputTokens: 100,
          price: null,
          quality: 0.5,
          speed: 0.5,
        },
      ],
      defaultModel: 'a-1',
      maxConcurrency: 20,
      limits: {},
      balancing: { strategy: 'weighted_round_robin', affinity: 'none', affinityTimeoutMs: 1_800_000 },
      timeouts: { firstTokenMs: 60_000, idleMs: 30_000, totalMs: 3_600_000 },
    });
    scene.remove();
  });

  test('leaves off what has no key, with its URL, and what is switched off', () => {
    const keyed = AB.replace('kind:', "keys: ['${A_KEY}']\n    kind:").replace(
      'http://a.test/v1',
      '${A_URL}',
    );
    const scene = new Scene(keyed);
    const off = scene.load();
    expect([off.lanes, off.offBecause('a')]).toEqual([['b'], 'set A_KEY']);
    expect(off.model({ provider: 'a', model: 'a-2' })).toBeDefined();
    expect(scene.load({ A_KEY: 'k', A_URL: 'http://x' }).lanes).toEqual(['a', 'b']);
    expect(() => scene.load({ A_KEY: 'k' })).toThrow('names the variable A_URL');
    scene.remove();
  });

  test('has several keys, each named by what tells nothing and stays the same', () => {
    const keys = `keys: ['\${A_KEYS}', { secret: two, id: second, weight: 3, limits: { requests_per_minute: 9 } }]`;
    const scene = new Scene(AB.replace('kind:', `${keys}\n    kind:`));
    const of = (A_KEYS: string) => scene.load({ A_KEYS }).provider('a')!.keys;
    const [first, third, second] = of(' one , three,one,');
    expect(first).toMatchObject({ id: expect.stringMatching(/^a-[0-9a-f]{6}$/), secret: 'one', weight: 1 });
    expect(second).toEqual({ id: 'second', secret: 'two', weight: 3, limits: { requestsPerMinute: 9 } });
    expect(of('three')[0]).toEqual(third);
    expect(of('')).toHaveLength(1);
    scene.remove();
  });

  test('takes what is listed before what holds for the unlisted', () => {
    const unlisted = `    unlisted: ${modelYaml('x').replace('id: x,', '')}\n`;
    const scene = new Scene(
      `providers:\n${providerYaml('a')}${unlisted}`.replace('_model: a-1', '_model: ${M:-a-2}'),
    );
    expect(scene.load().defaultProvider.models.map(({ id }) => id)).toEqual(['a-1', 'a-2']);
    expect(scene.load({ M: 'new' }).defaultProvider.models.map(({ id }) => id)).toEqual([
      'new',
      'a-1',
      'a-2',
    ]);
    scene.remove();
  });

  test('compares prices of all currencies', () => {
    const scene = new Scene(`currencies: { USD: 1, CNY: 0.25 }\n${AB}`);
    const catalog = scene.load();
    const cost = (currency: string) =>
      catalog.costOf({ currency, input: 4, output: 8 }, { input: 1e6, output: 5e5 });
    expect([cost('USD'), cost('CNY'), catalog.costOf(null, { input: 9, output: 9 })]).toEqual([8, 2, 0]);
    scene.remove();
  });
});
