import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { loadCatalog } from './load-catalog.js';
import { shippedCatalog } from './scene.conformance.js';
import { catalogSources } from './sources.js';

describe('the files that come with the package', () => {
  test.each([
    [{}, ['simulator']],
    [{ OPENAI_API_KEY: 'k' }, ['openai', 'simulator']],
    [{ OPENAI_API_KEYS: 'k, l' }, ['openai', 'simulator']],
    [{ KIMI_API_KEY: 'k' }, ['kimi', 'simulator']],
    [{ MOONSHOT_API_KEY: 'k' }, ['kimi', 'simulator']],
    [{ QWEN_API_KEY: 'k' }, ['qwen', 'simulator']],
    [{ DASHSCOPE_API_KEY: 'k' }, ['qwen', 'simulator']],
    [{ ANTHROPIC_API_KEY: 'k' }, ['anthropic', 'simulator']],
    [{ OLLAMA_BASE_URL: 'http://127.0.0.1:11434/v1' }, ['ollama', 'simulator']],
    [{ OPENAI_API_KEY: '', OLLAMA_BASE_URL: '' }, ['simulator']],
  ])('with %j, these are on: %j', (env, lanes) => {
    const catalog = shippedCatalog(env as unknown as Record<string, string>);
    expect(catalog.lanes).toEqual(lanes);
    expect(catalog.defaultProvider.name).toBe(lanes[0]);
  });

  test('take the variables that were there before them', () => {
    const openai = shippedCatalog({
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_MODEL: 'fake-model',
      OPENAI_MAX_CONCURRENCY: '7',
      OPENAI_FIRST_TOKEN_TIMEOUT: '5s',
      OPENAI_IDLE_TIMEOUT: '300ms',
      SIMULATOR_MAX_CONCURRENCY: '9',
    }).defaultProvider;
    expect(openai).toMatchObject({
      defaultModel: 'fake-model',
      maxConcurrency: 7,
      keys: [{ secret: 'k' }],
      endpoints: [{ url: 'http://127.0.0.1:1/v1', maxConnections: 0 }],
      timeouts: { firstTokenMs: 5_000, idleMs: 300 },
    });
    expect(openai.models[0]).toMatchObject({ id: 'fake-model', price: null });
    expect(shippedCatalog({ SIMULATOR_MAX_CONCURRENCY: '9' }).defaultProvider.maxConcurrency).toBe(9);
  });

  test('have the defaults of the settings', () => {
    const { openai } = loadConfig({ env: {} }).providers;
    expect(shippedCatalog({ OPENAI_API_KEY: 'k' }).defaultProvider).toMatchObject({
      defaultModel: openai.model,
      maxConcurrency: openai.max_concurrency,
      endpoints: [{ url: openai.base_url }],
      timeouts: { firstTokenMs: openai.first_token_timeout, idleMs: openai.idle_timeout },
    });
  });

  test('take what stands in the configuration file like what stands in the environment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmq-catalog-'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'providers: { openai: { api_key: from-the-file, model: other } }\n');
    const { providers, environment } = loadConfig({ env: { OPENAI_MODEL: 'from-the-environment' }, file });
    const catalog = loadCatalog(catalogSources(providers, environment));
    expect(catalog.defaultProvider).toMatchObject({
      name: 'openai',
      defaultModel: 'from-the-environment',
      keys: [{ secret: 'from-the-file' }],
    });
    rmSync(folder, { recursive: true });
  });

  test('give every model that costs something its price, and say why a provider is off', () => {
    const catalog = shippedCatalog();
    const free = catalog.all.flatMap(({ models }) => models.filter(({ price }) => price === null));
    expect(free.map(({ id }) => id)).toEqual(['llama3.2', 'simulator-1']);
    expect(catalog.offBecause('kimi')).toBe('set KIMI_API_KEY or MOONSHOT_API_KEY');
    expect(catalog.offBecause('ollama')).toBe('set OLLAMA_BASE_URL');
    expect(catalog.offBecause('simulator')).toBeUndefined();
  });

  test('have the task types, and a model for each that must answer with JSON', () => {
    const catalog = shippedCatalog();
    expect(catalog.taskTypes.map(({ name }) => name)).toEqual([
      'semantic_analysis',
      'data_cleaning',
      'category_match',
      'text_summarization',
      'translation',
      'custom',
    ]);
    expect(catalog.taskType('category_match')).toMatchObject({
      parameters: { temperature: 0 },
      limits: { concurrency: 5 },
      result: { type: 'object', required: ['matches'] },
    });
  });
});
