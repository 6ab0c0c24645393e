import { Ajv } from 'ajv';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { asyncApi, openApi } from '../scripts/docs/api.js';

type Json = Readonly<Record<string, unknown>>;

const document = JSON.parse(asyncApi()) as Json & {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: Json }>>;
};
const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as Json;

/** Every `$ref` below a node. */
function referencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { $ref } = node as { readonly $ref?: unknown };
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(node).flatMap(referencesIn)];
}

function find(reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/');
  return parts.reduce<unknown>((node, part) => (node as Json | undefined)?.[part], document);
}

describe('the AsyncAPI document', () => {
  test('is one, as its specification says', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    // A validator that takes anything would be none.
    expect(validate({ ...document, channels: { bad: { address: 1 } } })).toBe(false);
  });

  test('refers to nothing that is not there', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => find(reference) === undefined)).toEqual([]);
  });

  test('has the streams of the OpenAPI document, at their addresses', () => {
    const paths = (JSON.parse(openApi()) as { readonly paths: Readonly<Record<string, object>> }).paths;
    const streamed = Object.entries(paths).filter(([, path]) =>
      JSON.stringify(path).includes('text/event-stream'),
    );
    const addresses = Object.values(document.channels).map(({ address }) =>
      address.replaceAll(/\{\w+\}/g, '{}'),
    );
    expect(streamed.length).toBe(4);
    for (const [path] of streamed) expect(addresses).toContain(path.replaceAll(/\{\w+\}/g, '{}'));
  });
});
