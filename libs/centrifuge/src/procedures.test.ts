import { expect, test } from 'vitest';
import { AppError } from '#contracts';
import { CommandError } from './protocol/codes.js';
import { type Procedure } from './procedures.js';
import { openNode, TestClient } from './test-client.conformance.js';

async function setup(procedures: Readonly<Record<string, Procedure>>) {
  const node = openNode({ procedures: new Map(Object.entries(procedures)) });
  const client = new TestClient(node.hub);
  await client.connect();
  return { ...node, client };
}

const refusing =
  (error: Error): Procedure =>
  () =>
    Promise.reject(error);

test('a procedure is told who calls it and with what, and its answer is the answer', async () => {
  const { client } = await setup({
    echo: ({ user }, data) => Promise.resolve({ user, data }),
    nothing: () => Promise.resolve(undefined),
  });
  const call = async (rpc: object) => (await client.ask({ rpc })).rpc;
  expect(await call({ method: 'echo', data: [1] })).toEqual({ data: { user: 'anonymous', data: [1] } });
  expect(await call({ method: 'nothing' })).toEqual({ data: null });
});

test('what went wrong is told as over HTTP, and what nobody foresaw is for the log', async () => {
  const bug = new Error('secret');
  const { client, errors } = await setup({
    missing: refusing(new AppError('message_not_found', 'There is no message x')),
    away: refusing(new AppError('database_unavailable', 'The database is away')),
    own: refusing(new CommandError('permission_denied')),
    broken: refusing(bug),
  });
  const call = async (method: string) => (await client.ask({ rpc: { method } })).error;
  expect(await call('missing')).toEqual({ code: 404, message: 'message_not_found: There is no message x' });
  expect(await call('away')).toMatchObject({ code: 503, temporary: true });
  expect(await call('own')).toEqual({ code: 103, message: 'permission denied' });
  expect(await call('message.dance')).toEqual({ code: 104, message: 'method not found' });
  expect(errors).toEqual([]);
  expect(await call('broken')).toEqual({ code: 100, message: 'internal server error', temporary: true });
  expect(errors).toEqual([bug]);
});

test('a connection calls a hundred times at once, and no more', async () => {
  const { client, clock } = await setup({ ping: () => Promise.resolve('pong') });
  const call = async () => (await client.ask({ rpc: { method: 'ping' } })).error?.code;
  for (let i = 0; i < 100; i += 1) expect(await call()).toBeUndefined();
  expect(await call()).toBe(111);
  clock.advance(10);
  expect(await call()).toBeUndefined();
});
