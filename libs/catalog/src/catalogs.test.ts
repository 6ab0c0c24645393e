import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '#contracts';
import { type Log, Metrics } from '#observability';
import { eventually } from '#testing';
import { Catalogs } from './catalogs.js';
import { FileWatch } from './file-watch.js';
import { providerYaml, Scene } from './scene.conformance.js';

const AB = `providers:\n${providerYaml('a')}${providerYaml('b')}`;

let scene: Scene;
let metrics: Metrics;
let catalogs: Catalogs;
let lines: { level: string; fields: object; message: string }[];

beforeEach(() => {
  scene = new Scene(AB);
  metrics = new Metrics();
  lines = [];
  catalogs = new Catalogs(scene.sources(), metrics, recordingLog());
});
afterEach(() => scene.remove());

function recordingLog(): Log {
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function refusalOf(reload: () => unknown): AppError {
  try {
    reload();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('the files were taken');
}

async function counted(outcome: string): Promise<number> {
  const { values } = await metrics.catalogReloads.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

const refused = async () => (await metrics.catalogRefused.get()).values[0]?.value ?? 0;

describe('Catalogs', () => {
  test('does not begin with a bad file', () => {
    scene.writeProviders('providers: 3\n');
    expect(refusalOf(() => new Catalogs(scene.sources(), metrics, recordingLog())).code).toBe(
      'catalog_invalid',
    );
  });

  test('says which bought models have no price, and nothing of one of its own', () => {
    expect(lines).toEqual([]);
    scene.writeProviders(
      AB.replace('kind:', 'keys: [k]\n    kind:').replace(
        'price: free',
        'price: { currency: USD, input: 1, output: 1 }',
      ),
    );
    catalogs.reload();
    expect(lines.at(-1)).toMatchObject({ level: 'warn', fields: { models: ['a/a-2'] } });
  });

  test('replaces the whole catalog, and whoever holds the old one keeps it', async () => {
    const before = catalogs.now;
    scene.writeProviders(AB.replaceAll('context_window: 1000', 'context_window: 2000'));
    expect(catalogs.reload()).toBe(catalogs.now);
    const target = { provider: 'a', model: 'a-1' };
    expect([before, catalogs.now].map((catalog) => catalog.model(target)!.contextWindow)).toEqual([
      1_000, 2_000,
    ]);
    expect([await counted('applied'), await refused()]).toEqual([1, 0]);
    expect(lines).toMatchObject([{ level: 'info', fields: { providers: ['a', 'b'] } }]);
  });

  test('leaves everything as it was when a file is bad, and says so', async () => {
    const before = catalogs.now;
    scene.writeProviders(AB.replace('quality: 0.5', 'quality: many'));
    const { code, fields } = refusalOf(() => catalogs.reload());
    expect(code).toBe('catalog_invalid');
    expect(fields).toEqual([
      {
        field: expect.stringMatching(/providers\.yaml:7:\d+$/),
        message: 'providers[0].models[0].quality must be a number from 0 to 1',
      },
    ]);
    expect(catalogs.now).toBe(before);
    expect([await counted('refused'), await refused()]).toEqual([1, 1]);
    expect(lines).toMatchObject([{ level: 'error', fields: { code, problems: fields } }]);
    scene.writeProviders(AB);
    catalogs.reload();
    expect(await refused()).toBe(0);
  });

  test.each([
    ['one more provider', `${AB}${providerYaml('c')}`, 'providers.c was turned on; restart'],
    ['one less', `providers:\n${providerYaml('a')}`, 'providers.b is gone or turned off; restart'],
    ['one that is switched off', `${AB}    enabled: false\n`, 'providers.b is gone or turned off'],
  ])('asks for a restart for %s', async (_, yaml, message) => {
    scene.writeProviders(yaml);
    const refusal = refusalOf(() => catalogs.reload());
    expect(refusal).toMatchObject({ code: 'restart_needed', message: expect.stringContaining(message) });
    expect(catalogs.lanes).toEqual(['a', 'b']);
    expect(await counted('refused')).toBe(1);
  });

  test('takes another order, and with it another default', () => {
    expect(catalogs.defaultLane).toBe('a');
    scene.writeProviders(`providers:\n${providerYaml('b')}${providerYaml('a')}`);
    catalogs.reload();
    expect(catalogs.defaultLane).toBe('b');
  });
});

describe('FileWatch', () => {
  test('tells of every file that was written, replaced, gone or back, until it stops', async () => {
    const { providersFile, taskTypesFile } = scene;
    const mark = () => `# ${crypto.randomUUID()}\n`;
    const [first, second] = [watchOf([providersFile, taskTypesFile]), watchOf([taskTypesFile])];
    await first.tells(() => scene.writeProviders(`${AB}${mark()}`));
    await first.tells(() => writeFileSync(taskTypesFile, `task_types: [] ${mark()}`));
    await first.tells(() => {
      writeFileSync(`${providersFile}.new`, `${AB}${mark()}`);
      renameSync(`${providersFile}.new`, providersFile);
    });
    await first.tells(() => rmSync(providersFile, { force: true }));
    await first.tells(() => scene.writeProviders(AB));
    first.watch.stop();
    const told = first.count();
    await second.tells(() => writeFileSync(taskTypesFile, `task_types: [] ${mark()}`));
    second.watch.stop();
    expect(first.count()).toBe(told);
  });

  /** A watch, and what waits until it tells of a change. */
  function watchOf(files: readonly string[]) {
    let changes = 0;
    const watch = new FileWatch(files, 20, () => void (changes += 1));
    watch.start();
    const tells = async (change: () => void) => {
      const before = changes;
      await eventually(() => {
        change();
        expect(changes).toBeGreaterThan(before);
      });
    };
    return { watch, count: () => changes, tells };
  }
});
