import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from './failure.mjs';
import { guardGroup } from './orphan-guard.mjs';
import { onNpmGone } from './parents.mjs';
import { inProject } from './project.mjs';

const IS_WINDOWS = process.platform === 'win32';

/** A terminal's Ctrl-C reaches us and npm, which passes it on to us: within this time both are one signal. */
const SAME_SIGNAL_MS = 500;

let child;
let stopping;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
onNpmGone(() => stopping ?? stop('SIGTERM'));

/**
 * The exit code of one program that shares our terminal. The program leads a group of its own, so that a
 * Ctrl-C reaches it once, through us, and nothing of the group outlives us.
 */
export async function run(command, args, options = {}) {
  if (stopping) return codeOf(null, stopping.signal);
  child = spawn(command, args, { cwd: inProject(), stdio: 'inherit', detached: !IS_WINDOWS, ...options });
  const endWatch = IS_WINDOWS || !child.pid ? () => undefined : guardGroup(child.pid);
  const { code, signal } = await ended(child, command).finally(endWatch);
  if (stopping) killGroup();
  child = undefined;
  return codeOf(code, signal);
}

export function isStopping() {
  return stopping !== undefined;
}

function ended(program, command) {
  return new Promise((resolve, reject) => {
    program.once('error', (error) => reject(new Failure(`Cannot run ${command}: ${error.message}`, 127)));
    program.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** The first signal is passed on; the second one kills. */
function stop(signal) {
  if (!stopping) {
    stopping = { signal, at: Date.now() };
    child?.kill(signal);
  } else if (Date.now() - stopping.at > SAME_SIGNAL_MS) {
    killGroup();
  }
}

function killGroup() {
  if (!child?.pid) return;
  try {
    process.kill(IS_WINDOWS ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

function codeOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}
