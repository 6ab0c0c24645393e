import { eventually, type ManagedProcess, spawnProgram } from '#testing';
import { type Env } from './system.js';

/** Of everything that is to end by itself. */
const LONGEST_MS = 45_000;

export interface Place {
  readonly folder: string;
  readonly env: Env;
}

/** Both in one: what a shell command printed, and how it ended; -1: it had to be stopped. */
export interface Said {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command in bash, as somebody would who has copied it. */
export async function sh(command: string, place: Place): Promise<Said> {
  const process = start(command, place);
  const patience = AbortSignal.timeout(LONGEST_MS);
  patience.addEventListener('abort', () => process.kill('SIGKILL'));
  const code = await process.exited;
  return { code: patience.aborted ? -1 : code, output: process.output() };
}

/** The same of what goes on until it is stopped, which is when it has said `words`; `meanwhile` makes it say them. */
export async function shUntil(
  command: string,
  place: Place,
  words: RegExp,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Said> {
  const process = start(command, place);
  try {
    await eventually(
      async () => {
        await meanwhile();
        if (!words.test(process.output())) throw new Error(`It did not say ${words}: ${process.output()}`);
      },
      { timeoutMs: LONGEST_MS },
    );
  } finally {
    process.kill('SIGTERM');
  }
  return { code: await process.exited, output: process.output() };
}

/** The inner shell becomes its last program, which then gets the signals. */
function start(command: string, { folder, env }: Place): ManagedProcess {
  const script = 'cd "$1" && exec bash -euo pipefail -c "$2"';
  return spawnProgram('bash', ['-c', script, 'bash', folder, command], env);
}
