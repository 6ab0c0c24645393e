/** Routes that are not in the document, and why. `*` stands for any one part of a path. */
export const OUTSIDE: Readonly<Record<string, string>> = {
  'GET /ws': 'a WebSocket: `/asyncapi.json`',
  'GET /connection/websocket': 'a WebSocket of the Centrifuge protocol: `/asyncapi.json`',
  '* /connection/sse': 'the Centrifuge protocol: `/asyncapi.json`',
  '* /connection/http_stream': 'the Centrifuge protocol: `/asyncapi.json`',
  '* /connection/uni_sse': 'the Centrifuge protocol: `/asyncapi.json`',
  'POST /emulation': 'the way back of the Centrifuge protocol: `/asyncapi.json`',
  'POST /api/*': "Centrifugo's HTTP API, as Centrifugo describes it: docs/centrifuge.md",
  'GET /': 'a page',
  'GET /docs': 'a page',
  'GET /docs/': 'a page',
  'GET /docs/*': 'a file of the page',
  'GET /examples': 'a page',
  'GET /examples/': 'a page',
  'GET /examples/*': 'an example',
  'GET /site/*': 'a file of the pages',
  'GET /openapi.json': 'this document',
  'GET /asyncapi.json': 'the document of everything that is not request and answer',
};

/** Methods that every server answers by itself. */
const BY_ITSELF = ['HEAD', 'OPTIONS'];

const PATTERNS = Object.keys(OUTSIDE).map(
  (key) => new RegExp(`^${key.replaceAll(/[.]/g, '\\$&').replaceAll('*', '[^/]+')}$`),
);

/** Whether a route, `GET /path`, stands in the list. */
export function isOutside(key: string): boolean {
  return BY_ITSELF.some((method) => key.startsWith(`${method} `)) || PATTERNS.some((one) => one.test(key));
}
