import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/**
 * Each part may import parts of strictly lower layers, and this table is the only place that says so. A new lib
 * is added here and in nest-cli.json.
 */
const LAYERS = [
  ['contracts'],
  ['config', 'observability', 'testing'],
  ['runtime'],
  ['database', 'redis'],
  ['ledger', 'queue', 'limits', 'streaming', 'control', 'providers'],
  ['conversations'],
  ['walk'],
  ['dispatch', 'scheduling'],
  ['api-gateway', 'queue-manager', 'scheduler'],
  ['server'],
];

const PARTS = globSync('{apps,libs}/*').map((path) => path.split('/')[1]!);
const layerOf = (part: string) => LAYERS.findIndex((layer) => layer.includes(part));
const sources = globSync('{apps,libs}/*/src/**/*.ts');
const isTest = (file: string) => /\.(test|conformance)\.ts$/.test(file);
const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => match[1] ?? match[2]!,
  );

describe('the layers', () => {
  test('hold every part once', () => {
    expect(LAYERS.flat().toSorted()).toEqual(PARTS.toSorted());
  });

  test.each(sources.filter((file) => !isTest(file)))('%s imports only what lies below it', (file) => {
    const part = file.split('/')[1]!;
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('#')) {
        const target = specifier.replace(/^#(apps\/)?/, '');
        expect(PARTS, specifier).toContain(target);
        expect(target, 'only tests import #testing').not.toBe('testing');
        expect(layerOf(target), specifier).toBeLessThan(layerOf(part));
      } else if (specifier.startsWith('.'))
        expect(new URL(specifier, `file:///${file}`).pathname, specifier).toMatch(
          new RegExp(`/${part}/src/`),
        );
    }
  });
});

describe('the edges', () => {
  const nestAllowed = /\.(module|controller|guard|filter|pipe)\.ts$|\/(main|caller)\.ts$/;
  const nestLibs = ['runtime', 'control'];

  test.each(sources.filter((file) => !isTest(file)))('%s keeps Nest where Nest belongs', (file) => {
    const usesNest = importsOf(file).some((specifier) => specifier.startsWith('@nestjs/'));
    if (usesNest && !nestLibs.includes(file.split('/')[1]!)) expect(file).toMatch(nestAllowed);
  });

  test.each(sources.filter((file) => !isTest(file)))('%s reads no environment', (file) => {
    if (/^libs\/(config|testing)\//.test(file)) return;
    expect(readFileSync(file, 'utf8')).not.toMatch(/process\.env/);
  });
});

describe('the manifests', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  const nest = JSON.parse(readFileSync('nest-cli.json', 'utf8')) as {
    projects: Record<string, { root: string }>;
  };

  test('nest-cli.json names every part', () => {
    const roots = globSync('{apps,libs}/*').toSorted();
    expect(
      Object.values(nest.projects)
        .map(({ root }) => root)
        .toSorted(),
    ).toEqual(roots);
  });

  test('every dependency is pinned exactly and has its reason in docs/dependencies.md', () => {
    const reasons = readFileSync('docs/dependencies.md', 'utf8');
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      expect(version, name).toMatch(/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/);
      expect(reasons).toContain(`\`${name}\``);
    }
  });
});
