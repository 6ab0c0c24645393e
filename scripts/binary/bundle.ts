import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { sep } from 'node:path';
import { build, type Plugin, type PluginBuild, type ResolveOptions } from 'esbuild';

/** Native code, which cannot be in the executable; who would like it does without. */
const LEFT_OUT = ['msgpackr-extract', 'pg-native'];

const MISSING = 'missing';

/**
 * All of the program in one CommonJS file, as Node's single executables want it. It is made from `dist`, since esbuild
 * does not write the metadata of decorators that Nest needs.
 */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Its `paths` lead to the sources.
    tsconfigRaw: {},
    // Only what is between the names: migrations are known by those of their classes.
    minifySyntax: true,
    minifyWhitespace: true,
    // A compiled cache and `import()` do not go together.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__bundleUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [withoutOptionalPackages, withPlainBuiltins],
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

/**
 * Libraries name packages that they use only where somebody has installed them (other databases, other transports).
 * What is not installed fails when it is loaded, as it would in a folder; our own code must find all that it names.
 */
const withoutOptionalPackages: Plugin = {
  name: 'optional packages',
  setup(builder) {
    builder.onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, importer, ...rest }) => {
      if (isBuiltin(path) || pluginData === MISSING || !importer.includes(`${sep}node_modules${sep}`))
        return undefined;
      const packageName = path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/');
      const asked = { importer, resolveDir: rest.resolveDir, kind: rest.kind };
      const isLeftOut = LEFT_OUT.includes(packageName) || !(await isThere(builder, path, asked));
      return isLeftOut ? { path, namespace: MISSING } : undefined;
    });
    builder.onLoad({ filter: /.*/, namespace: MISSING }, ({ path }) => ({ contents: throwing(path) }));
  },
};

/**
 * PGlite names a variable `require` where it loads modules of Node by `import()`, which becomes a call of `require`
 * here: it would call its own variable before that has a value.
 */
const withPlainBuiltins: Plugin = {
  name: 'modules of Node in PGlite',
  setup(builder) {
    builder.onLoad({ filter: /@electric-sql.pglite.dist.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\bimport\("([\w/:]+)"\)/g, (whole, name: string) =>
        isBuiltin(name) ? `Promise.resolve(process.getBuiltinModule("${name}"))` : whole,
      ),
    }));
  },
};

async function isThere(builder: PluginBuild, path: string, asked: ResolveOptions): Promise<boolean> {
  const { errors } = await builder.resolve(path, { ...asked, pluginData: MISSING });
  return errors.length === 0;
}

function throwing(path: string): string {
  const error = `Object.assign(new Error(${JSON.stringify(`Cannot find module '${path}'`)}), { code: 'MODULE_NOT_FOUND' })`;
  return `throw ${error};`;
}
