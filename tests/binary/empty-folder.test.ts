import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, type ManagedProcess, spawnProgram } from '#testing';
import { Client, textOf } from '../support/client.js';
import { BINARY } from '../support/system.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmq-empty-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The executable in the folder, with nothing in its environment but what is given. */
function run(args: readonly string[], env: readonly string[] = []): ManagedProcess {
  const script = 'cd "$1" && shift && exec env -i "$@"';
  return spawnProgram('/bin/sh', ['-c', script, 'sh', folder, ...env, BINARY!, ...args]);
}

async function outputOf(args: readonly string[], env: readonly string[] = []): Promise<string> {
  const process = run(args, env);
  expect({ code: await process.exited, output: process.output() }).toMatchObject({ code: 0 });
  return process.output();
}

async function start(...env: string[]): Promise<{ process: ManagedProcess; url: string }> {
  const process = run(['start'], ['PORT=0', ...env]);
  const line = await process.waitForLine('"msg":"listening"', 60_000);
  return { process, url: (JSON.parse(line) as { url: string }).url };
}

test('with nothing but itself it starts, answers, drains and finds its messages again', async () => {
  const { process, url } = await start('SIMULATOR_DELAY=100ms');
  expect(readdirSync(folder)).toEqual(['data']);
  expect(await outputOf(['send', 'Hello'], [`LLMQ_URL=${url}`])).toContain('chunk 5: Hello');
  const client = new Client(url);
  expect((await client.get('/examples/')).body).toContain('<html');
  expect((await client.get('/metrics')).status).toBe(200);

  const id = await client.send('Still running');
  await eventually(async () => {
    expect((await client.get(`/api/v1/messages/${id}`)).body.status).toBe('processing');
  });
  process.kill('SIGTERM');
  expect(await process.exited).toBe(0);

  expect(await outputOf(['migrate', '--pending'])).toContain('up to date');
  const again = await start();
  const events = await new Client(again.url).events(id);
  expect(textOf(events)).toContain('chunk 5: Still running');
  again.process.kill('SIGTERM');
  expect(await again.process.exited).toBe(0);
});

test('killed while it makes its database, it starts the next time', async () => {
  const process = run(['start'], ['PORT=0']);
  await eventually(() => {
    if (!existsSync(join(folder, 'data/postgres.unfinished')) && !existsSync(join(folder, 'data/postgres')))
      throw new Error('no database is being made yet');
  });
  process.kill('SIGKILL');
  await process.exited;
  const again = await start();
  expect(await new Client(again.url).ended(await new Client(again.url).send('Hello'))).toMatchObject({
    status: 'completed',
  });
  again.process.kill('SIGTERM');
  expect(await again.process.exited).toBe(0);
});

test('its files are inside: configuration, schemas, help', async () => {
  expect(JSON.parse(await outputOf(['version', '--json']))).toMatchObject({ single_file: true });
  expect(await outputOf(['config', 'init'])).toContain('providers.yaml');
  expect(readdirSync(join(folder, 'configs'))).toContain('task-types.schema.json');
  expect(await outputOf(['config', 'check', '--config', 'configs/config.yaml'])).toContain('valid');
  expect(await outputOf(['doctor', '--offline'], ['PORT=0'])).toMatch(/ok +data folder/);
});
