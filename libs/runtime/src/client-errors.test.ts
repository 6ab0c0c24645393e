import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerUnreadable } from './client-errors.js';
import { timeoutsOf } from './create-app.js';

let server: FastifyInstance;

beforeEach(async () => {
  server = fastify({
    clientErrorHandler: answerUnreadable,
    requestTimeout: 200,
    http: timeoutsOf(200),
  });
  server.post('/', () => 'answered');
  server.get('/stream', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200).write('begun');
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

/** Everything that comes back for what is sent, until the connection ends. */
async function say(...parts: readonly string[]): Promise<string> {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  for (const part of parts) socket.write(part);
  return text(socket);
}

const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

test.each([
  ['a body that does not come', [`${HEAD}content-length: 9\r\n\r\n{"a"`], 408, 'request_timeout'],
  ['a head that does not end', [HEAD], 408, 'request_timeout'],
  ['what is no request', ['hello\r\n\r\n'], 400, 'invalid_request'],
  ['a head that is too large', [HEAD, `x: ${'y'.repeat(20_000)}\r\n\r\n`], 400, 'invalid_request'],
] as const)('%s is answered with a problem', async (_, parts, status, code) => {
  const answer = await say(...parts);
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toContain('content-type: application/problem+json');
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  expect(JSON.parse(body)).toMatchObject({ status, code, detail: expect.stringMatching(/\S/) });
});

test('nothing is written into an answer that has begun', async () => {
  const answer = await say('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n', 'hello\r\n\r\n');
  expect(answer).not.toContain('invalid_request');
});
