import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { eventually, isRunning, type ManagedProcess, spawnNode } from '#testing';
import { Client, textOf } from './support/client.js';

const STACK = join(import.meta.dirname, '../dist/scripts/stack.js');

const NAMES = [1, 2].flatMap((n) =>
  ['api-gateway', 'queue-manager', 'scheduler'].map((role) => `${role}-${n}`),
);

/** The user that Postgres runs as must be able to reach the folder. */
const folder = mkdtempSync(join(tmpdir(), 'llmq-stack-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function startStack(env: NodeJS.ProcessEnv = {}): ManagedProcess {
  return spawnNode(STACK, [], {
    PORT: '0',
    DATA_DIR: folder,
    SIMULATOR_DELAY: '1ms',
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
    OPENAI_API_KEY: undefined,
    API_KEYS: undefined,
    ...env,
  });
}

/** The address of each process, from what the stack prints once all of them listen. */
async function addressesOf(stack: ManagedProcess): Promise<Map<string, string>> {
  await stack.waitForLine('Ctrl-C', 60_000);
  const lines = stack.output().matchAll(/^stack +\| +(\S+-\d) +(http:\S+)$/gm);
  return new Map([...lines].map(([, name, url]) => [name!, url!]));
}

/** The pids that the stack names, and its stores'. */
function pidsOf(stack: ManagedProcess): number[] {
  return [...stack.output().matchAll(/\(pid (\d+)\)/g)].map(([, pid]) => Number(pid));
}

async function endsInOrder(stack: ManagedProcess): Promise<void> {
  const pids = pidsOf(stack);
  expect(pids).toHaveLength(NAMES.length + 2);
  stack.kill('SIGTERM');
  expect(await stack.exited).toBe(0);
  await eventually(() => expect(pids.filter(isRunning)).toEqual([]));
}

test('a fleet on one machine shares its messages, outlives one of its processes, and ends in order', async () => {
  const stack = startStack();
  const addresses = await addressesOf(stack);
  expect([...addresses.keys()].toSorted()).toEqual(NAMES.toSorted());

  const id = await new Client(addresses.get('api-gateway-1')!).send('Hello!');
  const events = await new Client(addresses.get('api-gateway-2')!).events(id);
  expect(textOf(events)).toContain('Hello!');
  expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed' } });

  const [, victim] = /api-gateway-2 .*\(pid (\d+)\)/.exec(stack.output())!;
  process.kill(Number(victim), 'SIGKILL');
  await stack.waitForLine('api-gateway-2 has ended');
  const first = new Client(addresses.get('api-gateway-1')!);
  expect(await first.ended(await first.send('still there?'))).toMatchObject({ status: 'completed' });
  await endsInOrder(stack);

  const again = startStack();
  const reader = new Client((await addressesOf(again)).get('api-gateway-2')!);
  expect((await reader.get(`/api/v1/messages/${id}`)).body.reply.content).toBe(textOf(events));
  await endsInOrder(again);
}, 120_000);

test('without a Redis or a Postgres it says what is missing', async () => {
  const stack = startStack({ DATABASE_URL: 'postgres://127.0.0.1:1/none', PATH: '/nowhere' });
  expect(await stack.exited).toBe(1);
  expect(stack.output()).toContain('The stack cannot start: No Redis server');
});
