import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { AppError } from '#contracts';
import { type Catalog } from './catalog.js';
import { Scene } from './scene.conformance.js';
import { SHIPPED } from './shipped-files.js';

const shipped = (file: keyof typeof SHIPPED) => readFileSync(SHIPPED[file], 'utf8');
const scene = new Scene(shipped('providersFile'), shipped('taskTypesFile'));
afterAll(() => scene.remove());

type Node = Record<string, unknown> | unknown[];

/** The shipped file with one value, anywhere in it, replaced or taken away. */
const damaged = (text: string) =>
  fc
    .tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), fc.option(fc.jsonValue(), { nil: undefined }))
    .map(([way, value]) => {
      const tree = parse(text) as Node;
      damage(tree, way, value);
      return stringify(tree);
    });

function damage(node: Node, [turn, ...rest]: readonly number[], value: unknown): void {
  const keys = Object.keys(node);
  const key = keys[turn! % keys.length]!;
  const child = (node as Record<string, unknown>)[key];
  const isInside = typeof child === 'object' && child !== null && Object.keys(child).length > 0;
  if (isInside && rest.length > 0) return damage(child as Node, rest, value);
  if (value !== undefined) (node as Record<string, unknown>)[key] = value;
  else if (Array.isArray(node)) node.splice(Number(key), 1);
  else delete node[key];
}

/** The catalog, or the places of what is wrong; nothing else may happen. */
function outcome(): { catalog?: Catalog; places: readonly string[] } {
  try {
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://x', OPENAI_MODEL: 'gpt-5' };
    return { catalog: scene.load(env), places: [] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'catalog_invalid') throw error;
    if (error.fields.length === 0) throw new Error('refused without a reason', { cause: error });
    return { places: error.fields.map(({ field }) => field) };
  }
}

/** With all problems placed, and every provider with its default model. */
function expectInOrder(): void {
  const { catalog, places } = outcome();
  for (const place of places) expect(place).toMatch(/\.yaml:[1-9]\d*:[1-9]\d*$/);
  for (const { defaultModel, models } of catalog?.all ?? [])
    expect(models.map(({ id }) => id)).toContain(defaultModel);
}

test('a damaged file of providers is refused in words, or is a good one', () => {
  fc.assert(
    fc.property(damaged(shipped('providersFile')), (text) => {
      scene.writeProviders(text);
      expectInOrder();
    }),
    { numRuns: 60 },
  );
});

test('a damaged file of task types is refused in words, or is a good one', () => {
  scene.writeProviders(shipped('providersFile'));
  fc.assert(
    fc.property(damaged(shipped('taskTypesFile')), (text) => {
      writeFileSync(scene.taskTypesFile, text);
      expectInOrder();
    }),
    { numRuns: 40 },
  );
});

test('what is no YAML at all is refused in words', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60, unit: 'binary' }), (text) => {
      scene.writeProviders(text);
      expect(outcome().catalog).toBeUndefined();
    }),
  );
});
