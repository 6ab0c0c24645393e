import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Catalog } from './catalog.js';
import { Scene } from './scene.conformance.js';

const page = readFileSync('docs/providers.md', 'utf8');

/** The examples of a kind, as they stand in the page. */
const examples = (kind: string) =>
  [...page.matchAll(/^```yaml (\S+)\n(.*?)^```$/gms)].flatMap(([, of, text]) => (of === kind ? [text!] : []));

function catalogOfThePage(env: Record<string, string>): Catalog {
  const scene = new Scene(
    examples('providers').concat(examples('routing')).join('\n'),
    examples('task-types').join(),
  );
  try {
    return scene.load(env);
  } finally {
    scene.remove();
  }
}

test('the examples of docs/providers.md can be used as they stand', () => {
  expect(['providers', 'routing', 'task-types'].map((kind) => examples(kind).length)).toEqual([1, 1, 1]);
  const catalog = catalogOfThePage({
    ACME_KEYS: 'a,b',
    ACME_SPARE_KEY: 'c',
    VLLM_URL: 'http://vllm.test/v1',
  });
  expect(catalog.lanes).toEqual(['acme', 'vllm']);
  expect(catalog.provider('acme')!.keys.map(({ secret }) => secret)).toEqual(['a', 'b', 'c']);
  expect(catalog.routing.rules).toHaveLength(4);
  expect(catalog.routing.rules[3]!.cacheTtlMs).toBe(3_600_000);
  expect(catalog.taskType('extract_invoice')).toMatchObject({
    provider: 'acme',
    parameters: { maxTokens: 2_000 },
  });
});

test('and say themselves when they are off', () => {
  expect(catalogOfThePage({ ACME_SPARE_KEY: 'c' }).lanes).toEqual(['acme']);
  expect(catalogOfThePage({ VLLM_URL: 'http://vllm.test/v1' }).lanes).toEqual(['vllm']);
});

test('the page names every variable of the shipped file', () => {
  const shipped = readFileSync('configs/providers.yaml', 'utf8');
  const names = [...shipped.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
  const spelled = page.replace(/(\w+)\{([\w,]+)\}(\w+)/g, (_, before: string, parts: string, after: string) =>
    parts
      .split(',')
      .map((part) => `${before}${part}${after}`)
      .join(' '),
  );
  const missing = names.filter((name) => !spelled.includes(name) && !name.startsWith('SIMULATOR_'));
  expect(missing).toEqual([]);
});
