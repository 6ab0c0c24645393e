import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { type ExitCode, runCli } from '#cli';
import { type ManagedProcess, spawnNode, spawnProgram } from '#testing';
import { BINARY, type Env } from './system.js';

/** What a command line came to. */
export interface Ran {
  readonly code: ExitCode;
  readonly output: string;
  readonly errors: string;
  /** The answer of a command that was run with `--json`; undefined where it is no JSON. */
  // A test reads whatever fields it expects, and fails where they are not there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface RunOptions {
  readonly env?: Env;
  /** What is piped in. */
  readonly input?: string;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** `llmq` as a process of its own. */
export function spawnLlmq(args: readonly string[], env: Env = {}): ManagedProcess {
  if (BINARY) return spawnProgram(BINARY, args, env);
  return spawnNode(join(import.meta.dirname, '../../dist/apps/server/src/llmq.js'), args, env);
}

const noStart = () => Promise.reject(new Error('a test starts no process by this'));

/** Runs a command line inside of this process, as `llmq` would. */
export async function llmq(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, input = '', onOutput, signal = new AbortController().signal } = options;
  const [output, errors] = [new Sink(onOutput), new Sink()];
  const starts = {
    server: noStart,
    'api-gateway': noStart,
    'queue-manager': noStart,
    scheduler: noStart,
  };
  const code = await runCli(args, { env, input: Readable.from([input]), output, errors, starts, signal });
  return { code, output: output.text, errors: errors.text, json: jsonOf(output.text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class Sink extends Writable {
  text = '';

  constructor(private readonly onText?: (text: string) => void) {
    super({ decodeStrings: false });
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    this.onText?.(String(chunk));
    done();
  }
}
