// From a fresh clone to a running command: install, find Node 24, build, run. Only Node's own modules, and
// nothing newer than Node 20: this file runs before anything is installed.
import { ensureBuilt } from './bootstrap/build.mjs';
import { check } from './bootstrap/check.mjs';
import { Failure } from './bootstrap/failure.mjs';
import { findNode } from './bootstrap/find-node.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { inProject, pathWith } from './bootstrap/project.mjs';
import { run } from './bootstrap/run.mjs';

const PROGRAMS = {
  start: 'dist/apps/server/src/main.js',
  stack: 'dist/scripts/stack.js',
  docs: 'dist/scripts/generate-docs.js',
  bench: 'dist/tests/bench/main.js',
  faults: 'node_modules/vitest/vitest.mjs',
  compose: 'node_modules/vitest/vitest.mjs',
  chart: 'node_modules/vitest/vitest.mjs',
  binary: 'dist/scripts/build-binary.js',
  'test-binary': 'node_modules/vitest/vitest.mjs',
  monitoring: 'node_modules/vitest/vitest.mjs',
};

/** What comes before the arguments of the user. */
const ARGUMENTS = {
  faults: ['run', '--config', 'vitest.faults.config.ts'],
  compose: ['run', '--config', 'vitest.deployments.config.ts', 'tests/compose'],
  chart: ['run', '--config', 'vitest.deployments.config.ts', 'tests/chart'],
  'test-binary': ['run', '--config', 'vitest.binary.config.ts'],
  monitoring: ['run', '--config', 'vitest.monitoring.config.ts'],
};

/** Gives the exit code. */
async function main([command = '', ...args]) {
  if (command !== 'test' && !Object.hasOwn(PROGRAMS, command))
    throw new Failure(`Usage: bootstrap.mjs ${[...Object.keys(PROGRAMS), 'test'].join('|')} [args...]`, 2);
  await ensureInstalled();
  const node = findNode();
  process.env.PATH = pathWith(node);
  if (command === 'test') return check(node, args);
  await ensureBuilt(node);
  return run(node, [inProject(PROGRAMS[command]), ...(ARGUMENTS[command] ?? []), ...args]);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
