import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/**
 * An upstream that enforces its limits, for the hivemind bench: so many requests in any minute, so many at once, and now
 * and then it drops a connection. `GET /counts` says what became of the calls.
 */
const RPM = Number(process.env['STRICT_RPM']);
const AT_ONCE = Number(process.env['STRICT_AT_ONCE']);
const CALL_MS = Number(process.env['STRICT_CALL_MS']);
const RESETS = Number(process.env['STRICT_RESETS']);

const counts = { answered: 0, refused: 0, reset: 0 };
const starts: number[] = [];
let running = 0;

/** How long until a call fits into the minute; 0: it does. */
function waitMs(now: number): number {
  while (starts.length > 0 && starts[0]! <= now - 60_000) starts.shift();
  return starts.length < RPM ? 0 : starts[0]! + 60_000 - now;
}

function refuse(response: ServerResponse, retryMs: number): void {
  counts.refused += 1;
  const headers = { 'retry-after': String(Math.ceil(retryMs / 1_000)), 'content-type': 'application/json' };
  response.writeHead(429, headers);
  response.end(JSON.stringify({ error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } }));
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const wait = waitMs(Date.now());
  if (wait > 0) return refuse(response, wait);
  if (running >= AT_ONCE) return refuse(response, CALL_MS);
  starts.push(Date.now());
  if (Math.random() < RESETS) {
    counts.reset += 1;
    request.socket.destroy();
    return;
  }
  running += 1;
  setTimeout(() => {
    running -= 1;
    counts.answered += 1;
    const chunks = [
      { choices: [{ index: 0, delta: { content: 'ok' } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [], usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } },
    ];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + 'data: [DONE]\n\n');
  }, CALL_MS);
}

const server = createServer((request, response) => {
  if (request.url === '/counts') return void response.end(JSON.stringify(counts));
  request.resume().on('end', () => answer(request, response));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
