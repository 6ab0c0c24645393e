import { ensureBuilt } from './build.mjs';
import { Failure } from './failure.mjs';
import { inProject } from './project.mjs';
import { isStopping, run } from './run.mjs';

/**
 * All that CI checks; `args` go to vitest. A failing step does not keep the next ones from running, so that
 * one run tells everything; the exit code is that of the first one. `.ci/run` counts the `failed:` lines.
 */
export async function check(node, args) {
  const tool = (file, ...more) => run(node, [inProject('node_modules', file), ...more]);
  const typeCheck = (config) => tool('@typescript/native/bin/tsc', '-p', config, '--noEmit');
  const steps = {
    build: () => build(node),
    types: () => typeCheck('tsconfig.json'),
    // Without the tests, whose packages declare things that the image would lack.
    'types of the image': () => typeCheck('deployments/tsconfig.json'),
    format: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
    lint: () => tool('oxlint/bin/oxlint', '--type-aware', 'apps', 'libs', 'packages', 'scripts', 'tests'),
    tests: () => tool('vitest/vitest.mjs', 'run', ...args),
  };
  const codes = [];
  for (const [name, step] of Object.entries(steps)) {
    const code = await step();
    if (isStopping()) return code;
    if (code !== 0) console.log(`failed: ${name}`);
    codes.push(code);
  }
  return codes.find((code) => code !== 0) ?? 0;
}

async function build(node) {
  try {
    await ensureBuilt(node);
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.exitCode;
  }
}
