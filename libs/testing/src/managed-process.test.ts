import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, describe, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { isRunning } from './is-running.js';
import { spawnNode } from './managed-process.js';

async function scriptOf(source: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'llm-mq-script-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const script = join(directory, 'script.mjs');
  await writeFile(script, source);
  return script;
}

describe('spawnNode', () => {
  test('collects both streams and tells the exit code', async () => {
    const script = await scriptOf(`
      console.log('args', process.argv[2]);
      console.error('colour', process.env.COLOUR);
      process.exitCode = 3;
    `);
    const child = spawnNode(script, ['one'], { COLOUR: 'green' });
    expect(await child.exited).toBe(3);
    expect(child.output()).toContain('args one\n');
    expect(child.output()).toContain('colour green\n');
  });

  test('waits for a line, printed already or still to come', async () => {
    const script = await scriptOf(`
      process.stdout.write('listening on http://127.');
      setTimeout(() => console.log('0.0.1:80'), 50);
      setInterval(() => {}, 1000);
    `);
    const child = spawnNode(script);
    expect(await child.waitForLine('listening')).toBe('listening on http://127.0.0.1:80');
    expect(await child.waitForLine(/:\d+$/)).toBe('listening on http://127.0.0.1:80');
    child.kill();
    expect(await child.exited).toBeNull();
  });

  test('says what was printed when the line never comes', async () => {
    const child = spawnNode(await scriptOf(`console.log('could not start')`));
    await expect(child.waitForLine('listening')).rejects.toThrow(/ended with 0 .*\ncould not start/);
  });

  test('leaves no child behind when its own process is killed', async () => {
    const guard = new URL('./orphan-guard.ts', import.meta.url).href;
    const script = await scriptOf(`
      import { spawn } from 'node:child_process';
      import { OrphanGuard } from '${guard}';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      new OrphanGuard().watch(child);
      console.log('child', child.pid);
    `);
    const parent = spawnNode(script);
    const pid = Number((await parent.waitForLine('child')).split(' ')[1]);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await parent.exited;
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });
});
