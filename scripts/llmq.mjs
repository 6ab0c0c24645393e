#!/usr/bin/env node
// The command line from a clone: on the Node that it needs, in the folder of whoever calls it.
import { ensureBuilt } from './bootstrap/build.mjs';
import { Failure } from './bootstrap/failure.mjs';
import { findNode } from './bootstrap/find-node.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { inProject } from './bootstrap/project.mjs';
import { run } from './bootstrap/run.mjs';

// What is said while it is built is no answer of the command.
console.log = console.error;

try {
  await ensureInstalled();
  const node = findNode();
  await ensureBuilt(node);
  const args = [inProject('dist/apps/server/src/llmq.js'), ...process.argv.slice(2)];
  // npm goes to the folder of the project, and says where it came from.
  const { npm_lifecycle_event: script, INIT_CWD: caller } = process.env;
  process.exitCode = await run(node, args, { cwd: script === 'llmq' && caller ? caller : process.cwd() });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
