import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

/** What comes with the system as files, by the path under which the program asks for it. */
const FOLDERS = ['apps/api-gateway/pages', 'configs', 'examples'];

/** The reference at `/docs`. */
const REFERENCE = ['swagger-ui.css', 'swagger-ui-bundle.js'].map(
  (name) => `node_modules/swagger-ui-dist/${name}`,
);

/** The parts of the embedded database that are no JavaScript. */
const DATABASE_PARTS = ['pglite.wasm', 'initdb.wasm', 'pglite.data'];

const DATABASE = 'node_modules/@electric-sql/pglite/dist';

/** Everything that is put beside the program: where it lies, by its name inside. */
export function assetsOf(root: string): Record<string, string> {
  const files = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    globSync(`${folder}/**/*.*`, { cwd: root }),
  );
  return Object.fromEntries([
    ...[...files, ...REFERENCE].map((path) => [path.replaceAll('\\', '/'), join(root, path)] as const),
    ...DATABASE_PARTS.map((part) => [`pglite/${part}`, join(root, DATABASE, part)] as const),
  ]);
}
