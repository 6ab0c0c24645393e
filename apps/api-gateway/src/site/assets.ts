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
  '/examples/chat-openai.py': 'examples/chat-openai.py',
  '/examples/chat-openai.ts': 'examples/chat-openai.ts',
};
