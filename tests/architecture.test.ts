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
  ['catalog', 'database', 'outbound', 'redis', 'sockets'],
  ['limits', 'balancing', 'centrifuge', 'streaming', 'control', 'providers'],
  ['cache', 'ledger', 'queue', 'routing'],
  ['conversations', 'endpoints', 'planning', 'preprocessing', 'resources', 'webhooks'],
  ['walk'],
  ['cli', 'dispatch', 'scheduling'],
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

/** Files with what is wrong in them, for every source file that is no test. */
function violations(problemOf: (file: string, part: string) => string | undefined): string[] {
  return sources
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const problem = problemOf(file, file.split('/')[1]!);
      return problem === undefined ? [] : [`${file}: ${problem}`];
    });
}

function badImport(specifier: string, file: string, part: string): boolean {
  if (specifier.startsWith('.'))
    return !new URL(specifier, `file:///${file}`).pathname.includes(`/${part}/src/`);
  if (!specifier.startsWith('#')) return false;
  const target = specifier.replace(/^#(apps\/)?/, '');
  return target === 'testing' || layerOf(target) < 0 || layerOf(target) >= layerOf(part);
}

describe('the layers', () => {
  test('hold every part once', () => {
    expect(LAYERS.flat().toSorted()).toEqual(PARTS.toSorted());
  });

  test('a part imports only what lies below it, by name, and never what only tests may use', () => {
    const bad = violations((file, part) =>
      importsOf(file).find((specifier) => badImport(specifier, file, part)),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(bad).toEqual([]);
  });
});

describe('the edges', () => {
  const nestAllowed = /\.(module|controller|guard|filter|pipe)\.ts$|\/(main|caller)\.ts$/;
  const nestLibs = ['runtime', 'control'];

  test('Nest is seen only where Nest belongs', () => {
    const bad = violations((file, part) =>
      nestLibs.includes(part) || nestAllowed.test(file)
        ? undefined
        : importsOf(file).find((specifier) => specifier.startsWith('@nestjs/')),
    );
    expect(bad).toEqual([]);
  });

  test('only the configuration reads the environment', () => {
    const bad = violations((file, part) =>
      !['config', 'testing'].includes(part) && readFileSync(file, 'utf8').includes('process.env')
        ? 'process.env'
        : undefined,
    );
    expect(bad).toEqual([]);
  });

  test('the client library is made of nothing but itself', () => {
    const files = globSync('packages/client/src/*.ts');
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(importsOf).filter((specifier) => !/^\.\/[\w.-]+\.js$/.test(specifier))).toEqual([]);
  });

  test('no file is longer than 400 lines, and nothing is left for later', () => {
    const bad = violations((file) => {
      const text = readFileSync(file, 'utf8');
      return text.split('\n').length > 400 ? 'too long' : /\b(TODO|FIXME|XXX|HACK)\b/.exec(text)?.[0];
    });
    expect(bad).toEqual([]);
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
      expect(version, name).toMatch(/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/);
      expect(reasons).toContain(`\`${name}\``);
    }
  });
});
