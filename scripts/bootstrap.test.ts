import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually, isRunning, spawnNode } from '#testing';
import { describe, expect, onTestFinished, test } from 'vitest';

const NODE_PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Stands in for npm: puts a compiler, the tools and Node into node_modules, and tells what it was asked. */
const NPM = `
const fs = require('node:fs');
const put = (file, text) => {
  fs.mkdirSync('node_modules/' + file.split('/').slice(0, -1).join('/'), { recursive: true });
  fs.writeFileSync('node_modules/' + file, text);
};
const say = (word) => \`console.log('\${word}', ...process.argv.slice(2)); process.exitCode = Number(process.env.\${word.toUpperCase()}_CODE ?? 0);\`;
put('@typescript/native/bin/tsc', 'require("node:fs").cpSync("apps", "dist/apps", { recursive: true });' + say('tsc'));
put('prettier/bin/prettier.cjs', say('prettier'));
put('oxlint/bin/oxlint', say('oxlint'));
put('vitest/vitest.mjs', say('vitest'));
put('${NODE_PACKAGE}/bin/empty', '');
fs.symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/${NODE_PACKAGE}/bin/node');
console.log('npm', ...process.argv.slice(2));
`;

const SERVER = `
if (process.argv[2] === 'exit') process.exitCode = 7;
else setInterval(() => {}, 1000);
let signals = 0;
process.on('SIGTERM', () => {
  console.log('signal', ++signals);
  if (process.argv[2] !== 'stubborn') process.exit(3);
});
console.log('server', process.pid, ...process.argv.slice(2));
`;

/** A small project around a copy of the bootstrap. */
async function setup(env: NodeJS.ProcessEnv = {}) {
  const root = await mkdtemp(join(tmpdir(), 'llm-mq-bootstrap-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  };
  await cp(import.meta.dirname, join(root, 'scripts'), { recursive: true });
  await write('package-lock.json', '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}');
  await write('npm/npm-cli.js', NPM);
  await write('apps/server/src/main.ts', '');
  await write('apps/server/src/main.js', SERVER);
  const start = (...args: string[]) =>
    spawnNode(join(root, 'scripts/bootstrap.mjs'), args, {
      npm_execpath: join(root, 'npm/npm-cli.js'),
      npm_node_execpath: undefined,
      ...env,
    });
  const run = async (...args: string[]) => {
    const child = start(...args);
    const code = await child.exited;
    return { code, output: child.output() };
  };
  return { root, write, start, run };
}

describe('bootstrap', () => {
  test('installs, builds and runs from nothing, and then only runs', async () => {
    const { run } = await setup();
    const first = await run('start', 'exit', '--now');
    expect(first.code).toBe(7);
    expect(first.output).toMatch(
      /^Installing dependencies .*\nnpm ci .*--no-audit --no-fund --loglevel=error\nBuilding …\ntsc -p .*\nserver \d+ exit --now\n$/,
    );
    expect((await run('start', 'exit')).output).toMatch(/^server \d+ exit\n$/);
  });

  test('installs again when the lockfile has changed', async () => {
    const { run, write } = await setup();
    await run('start', 'exit');
    await write('package-lock.json', '{"packages":{"":{},"node_modules/a":{"version":"2.0.0"}}}');
    expect((await run('start', 'exit')).output).toContain('npm ci');
  });

  test("accepts somebody else's install of the locked versions", async () => {
    const { root, run, write } = await setup();
    await run('start', 'exit');
    await rm(join(root, 'node_modules/.install-stamp'));
    await write('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
    expect((await run('start', 'exit')).output).toMatch(/^server/);
    expect(await readFile(join(root, 'node_modules/.install-stamp'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('builds again when a source has changed', async () => {
    const { root, run } = await setup();
    await run('start', 'exit');
    await utimes(join(root, 'apps/server/src/main.ts'), 1, 1);
    expect((await run('start', 'exit')).output).toMatch(/^Building …\ntsc/);
  });

  test('stops at a failing build, and tries it again', async () => {
    const { run, write } = await setup();
    await write('npm/npm-cli.js', `${NPM}; put('@typescript/native/bin/tsc', 'process.exit(2)');`);
    expect(await run('start')).toMatchObject({ code: 2, output: expect.not.stringContaining('server') });
    expect((await run('start')).output).toContain('The build failed with 2');
  });

  test('installs once when two start together', async () => {
    const { run } = await setup();
    const outputs = (await Promise.all([run('start', 'exit'), run('start', 'exit')])).map(
      ({ output }) => output,
    );
    expect(outputs.filter((output) => output.includes('npm ci'))).toHaveLength(1);
    expect(outputs.filter((output) => output.includes('tsc'))).toHaveLength(1);
    for (const output of outputs) expect(output).toContain('server');
  });

  test('takes over the lock of a dead process', async () => {
    const { run, write } = await setup();
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => dead.once('exit', resolve));
    await write('.stamp-install.lock', String(dead.pid));
    expect((await run('start', 'exit')).code).toBe(7);
  });

  test('refuses an unknown command', async () => {
    const { run } = await setup();
    const { code, output } = await run('dance');
    expect(code).toBe(2);
    expect(output).toContain('Usage: bootstrap.mjs start|stack|docs|bench|faults|');
  });

  test('passes a signal on and exits with the code of the program', async () => {
    const { start } = await setup();
    const child = start('start');
    await child.waitForLine('server');
    child.kill('SIGTERM');
    expect(await child.exited).toBe(3);
    expect(child.output()).toContain('signal 1');
  });

  test('kills the program at the second signal', async () => {
    const { start } = await setup();
    const child = start('start', 'stubborn');
    const pid = Number((await child.waitForLine('server')).split(' ')[1]);
    child.kill('SIGTERM');
    await child.waitForLine('signal 1');
    await eventually(
      () => {
        child.kill('SIGTERM');
        expect(isRunning(pid)).toBe(false);
      },
      { everyMs: 100 },
    );
    expect(await child.exited).toBe(137);
    expect(child.output()).not.toContain('signal 2');
  });
});

describe('bootstrap that cannot pass a signal on', () => {
  test('kills the program with itself', async () => {
    const { start } = await setup();
    const child = start('start', 'stubborn');
    const pid = Number((await child.waitForLine('server')).split(' ')[1]);
    child.kill('SIGKILL');
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });

  test.each(['', 'sh -c'])('ends with an npm that was killed (%s)', async (shell) => {
    const { root, write } = await setup();
    const command = `${process.execPath} ${join(root, 'scripts/bootstrap.mjs')} start`;
    const words = shell === '' ? command.split(' ') : ['/bin/sh', '-c', `${command}; exit`];
    await write(
      'parent.mjs',
      `import { spawn } from 'node:child_process';
      spawn(${JSON.stringify(words[0])}, ${JSON.stringify(words.slice(1))}, { stdio: 'inherit' });`,
    );
    const parent = spawnNode(join(root, 'parent.mjs'), [], {
      npm_lifecycle_event: 'start',
      npm_execpath: join(root, 'npm/npm-cli.js'),
    });
    const pid = Number((await parent.waitForLine('server')).split(' ')[1]);
    parent.kill('SIGKILL');
    await eventually(() => expect(isRunning(pid)).toBe(false));
    expect(parent.output()).toContain('signal 1');
  });
});

describe('bootstrap test', () => {
  test('runs every step, and gives our arguments to vitest', async () => {
    const { run } = await setup();
    const { code, output } = await run('test', 'libs/x', '--bail');
    expect(code).toBe(0);
    expect(output.split('\n').slice(2, -1)).toEqual([
      'Building …',
      'tsc -p tsconfig.build.json --incremental false --tsBuildInfoFile null',
      'tsc -p tsconfig.json --noEmit',
      'tsc -p deployments/tsconfig.json --noEmit',
      'prettier --check --log-level warn .',
      'oxlint --type-aware apps libs packages scripts tests',
      'vitest run libs/x --bail',
    ]);
  });

  test('goes on after a failing step and exits with the code of the first one', async () => {
    const { run } = await setup({ OXLINT_CODE: '4', VITEST_CODE: '5' });
    const { code, output } = await run('test');
    expect(code).toBe(4);
    expect(output).toMatch(/\nfailed: lint\nvitest run\nfailed: tests\n$/);
  });
});
