import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The project, from here in `apps` and from here in `dist`. */
const ROOTS = ['../../../..', '../../../../..'].map((path) => join(import.meta.dirname, path));

const PAGES = 'apps/api-gateway/pages';
const REFERENCE = 'node_modules/swagger-ui-dist';

/** Every file that the gateway serves: where it is found in the project, by where it is served. */
export const ASSETS: Readonly<Record<string, string>> = {
  '/': `${PAGES}/index.html`,
  '/site/style.css': `${PAGES}/style.css`,
  '/site/landing.js': `${PAGES}/landing.js`,
  '/docs': `${PAGES}/docs.html`,
  '/docs/': `${PAGES}/docs.html`,
  '/docs/docs.js': `${PAGES}/docs.js`,
  '/docs/swagger-ui.css': `${REFERENCE}/swagger-ui.css`,
  '/docs/swagger-ui-bundle.js': `${REFERENCE}/swagger-ui-bundle.js`,
  '/examples': 'examples/index.html',
  '/examples/': 'examples/index.html',
  '/examples/client.html': 'examples/client.html',
  '/examples/client-working.html': 'examples/client-working.html',
  '/examples/send.sh': 'examples/send.sh',
  '/examples/send.ts': 'examples/send.ts',
  '/examples/send.py': 'examples/send.py',
  '/examples/send.go': 'examples/send.go',
};

/** The one place where files are found; undefined: there is none. */
export async function readAsset(path: string): Promise<Buffer | undefined> {
  for (const root of ROOTS) {
    const content = await readFile(join(root, path)).catch(() => undefined);
    if (content) return content;
  }
  return undefined;
}
