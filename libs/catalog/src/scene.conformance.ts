import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config';
import { AppError } from '#contracts';
import { type Catalog } from './catalog.js';
import { type CatalogSources, loadCatalog } from './load-catalog.js';
import { catalogSources } from './sources.js';

/** A model as the file writes it, free unless told otherwise. */
export const modelYaml = (id: string, more = 'price: free') =>
  `{ id: ${id}, capabilities: [chat, json], context_window: 1000, max_output_tokens: 100, quality: 0.5, speed: 0.5, ${more} }`;

/** A provider with two models that is always on. */
export const providerYaml = (name: string) => `  - name: ${name}
    kind: openai-compatible
    endpoints: [{ url: 'http://${name}.test/v1' }]
    default_model: ${name}-1
    models:
      - ${modelYaml(`${name}-1`)}
      - ${modelYaml(`${name}-2`)}
`;

/** Two files of their own, and what comes of them. */
export class Scene {
  readonly #folder = mkdtempSync(join(tmpdir(), 'llmq-catalog-'));
  readonly providersFile = join(this.#folder, 'providers.yaml');
  readonly taskTypesFile = join(this.#folder, 'task-types.yaml');

  constructor(providers: string, taskTypes = 'task_types: []\n') {
    this.writeProviders(providers);
    writeFileSync(this.taskTypesFile, taskTypes);
  }

  writeProviders(text: string): void {
    writeFileSync(this.providersFile, text);
  }

  sources(env: Record<string, string> = {}): CatalogSources {
    const { providersFile, taskTypesFile } = this;
    return { providersFile, taskTypesFile, variables: new Map(Object.entries(env)) };
  }

  load(env: Record<string, string> = {}): Catalog {
    return loadCatalog(this.sources(env));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What is wrong with these files, as `providers.yaml:3:5 path message`. */
export function problemsOf(
  providers: string,
  taskTypes?: string,
  env: Record<string, string> = {},
): string[] {
  const scene = new Scene(providers, taskTypes);
  try {
    scene.load(env);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'catalog_invalid') throw error;
    return error.fields.map(({ field, message }) => `${field.split('/').at(-1)} ${message}`);
  } finally {
    scene.remove();
  }
}

/** The catalog that comes with the package, with this environment. */
export function shippedCatalog(env: Record<string, string> = {}): Catalog {
  const { providers, environment } = loadConfig({ env });
  return loadCatalog(catalogSources(providers, environment));
}
