import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface RunOptions {
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Answers with what was printed even when the command failed. */
  readonly mayFail?: boolean;
}

/** What a command printed; the error of one that failed holds both of its streams. */
export async function run(
  [command, ...args]: readonly string[],
  { timeoutMs = 60_000, env = {}, mayFail = false }: RunOptions = {},
): Promise<string> {
  try {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64_000_000 };
    return (await execute(command!, args, options)).stdout;
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as Partial<{ stdout: string; stderr: string }> & Error;
    if (mayFail) return stdout;
    throw new Error(`${message}\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`, { cause: error });
  }
}

/** `docker compose`, or the program that it was before. */
export async function findCompose(): Promise<readonly string[]> {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    try {
      await run([...command, 'version']);
      return command;
    } catch {
      // The next one.
    }
  }
  throw new Error('This needs a Docker engine with Compose');
}
