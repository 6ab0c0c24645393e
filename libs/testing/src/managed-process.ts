import { spawn, type ChildProcess } from 'node:child_process';
import { LineBuffer } from './line-buffer.js';
import { OrphanGuard } from './orphan-guard.js';

const LAST_OUTPUT_MS = 500;

/** A Node process of our own, killed when this process dies. */
export interface ManagedProcess {
  readonly pid: number;
  /** The exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** What it printed so far, both streams. */
  output(): string;
  /** The first line, printed already or yet to come, that holds the text or matches the pattern. */
  waitForLine(pattern: string | RegExp, timeoutMs?: number): Promise<string>;
  /** Calls back with every line from now on. */
  onLine(listener: (line: string) => void): void;
  /** SIGTERM unless told otherwise; wait for `exited`. */
  kill(signal?: NodeJS.Signals): void;
}

/** `env` is added to our own environment; undefined takes a variable away. */
export function spawnNode(
  script: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): ManagedProcess {
  return spawnProgram(process.execPath, [script, ...args], env);
}

/** The same of any program. */
export function spawnProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ManagedProcess {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new LineBuffer();
  output.collect(child.stdout);
  output.collect(child.stderr);
  const guard = new OrphanGuard();
  guard.watch(child);
  const exited = exitOf(child);
  void exited.then(() => guard.release());
  return {
    pid: child.pid ?? 0,
    exited,
    output: () => output.text,
    waitForLine: (pattern, timeoutMs = 20_000) =>
      lineOf({ name: [program, ...args].join(' '), output, exited }, pattern, timeoutMs),
    onLine: (listener) => void output.onLine(listener),
    kill: (signal = 'SIGTERM') => void child.kill(signal),
  };
}

/** After its last output, for which a grandchild that holds the streams is not waited for. */
function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('error', () => resolve(null));
  child.once('close', resolve);
  child.once('exit', (code) => setTimeout(resolve, LAST_OUTPUT_MS, code).unref());
  return promise;
}

interface Running {
  readonly name: string;
  readonly output: LineBuffer;
  readonly exited: Promise<number | null>;
}

async function lineOf(
  { name, output, exited }: Running,
  pattern: string | RegExp,
  timeoutMs: number,
): Promise<string> {
  const matches = (line: string) =>
    typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
  const printed = output.find(matches);
  if (printed !== undefined) return printed;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const giveUp = (why: string) =>
    reject(new Error(`${name} ${why} before it printed ${pattern}:\n${output.text.slice(-4000)}`));
  const stopListening = output.onLine((line) => matches(line) && resolve(line));
  const timer = setTimeout(() => giveUp(`ran for ${timeoutMs} ms`), timeoutMs);
  void exited.then((code) => giveUp(`ended with ${code}`));
  return promise.finally(() => {
    stopListening();
    clearTimeout(timer);
  });
}
