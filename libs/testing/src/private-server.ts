import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { OrphanGuard } from './orphan-guard.js';

/** A Redis or Postgres of our own on 127.0.0.1. */
export interface PrivateServer {
  readonly url: string;
  readonly port: number;
  /** The pid of the process that runs now; another one after `restart`. */
  readonly pid: number;
  /** SIGKILL unless told otherwise; does not wait. */
  kill(signal?: NodeJS.Signals): void;
  /** Ends the server and deletes its directory when it was a temporary one. */
  stop(): Promise<void>;
  /** Same port, same data. */
  restart(): Promise<void>;
}

export interface ServerRecipe {
  readonly command: string;
  readonly args: readonly string[];
  /** Run as this user; as ours when left out. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Where the server runs and where its log goes. */
  readonly directory: string;
  /** `directory` is deleted when the server is stopped or this process dies. */
  readonly temporary: boolean;
  readonly port: number;
  readonly url: string;
  /** Asks the server to end in order, and to end at once. */
  readonly stopSignals: { readonly orderly: NodeJS.Signals; readonly immediate: NodeJS.Signals };
  /** Throws until the process with this pid (and no other server on the port) answers. */
  isReady(pid: number): Promise<void>;
}

const START_MS = 30_000;
const STOP_MS = 5_000;

/** Starts what the recipe says and waits until it answers. */
export async function startServer(recipe: ServerRecipe): Promise<PrivateServer> {
  const server = new ServerProcess(recipe);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class ServerProcess implements PrivateServer {
  readonly #recipe: ServerRecipe;
  readonly #guard: OrphanGuard;
  #child: ChildProcess | undefined;

  constructor(recipe: ServerRecipe) {
    this.#recipe = recipe;
    this.#guard = new OrphanGuard(recipe.stopSignals.immediate, recipe.temporary ? recipe.directory : '');
  }

  get url(): string {
    return this.#recipe.url;
  }

  get port(): number {
    return this.#recipe.port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child?.kill(signal);
  }

  async start(): Promise<void> {
    const child = this.#spawn();
    this.#child = child;
    await once(child, 'spawn');
    this.#guard.watch(child);
    try {
      await this.#untilReady(child);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const check = () => (hasExited(child) ? undefined : this.#recipe.isReady(child.pid ?? 0));
    await eventually(check, { timeoutMs: START_MS });
    if (hasExited(child)) throw new Error(`${this.#recipe.command} ended at its start:\n${this.#lastLog()}`);
  }

  async stop(): Promise<void> {
    await this.#end();
    this.#guard.release();
    const { temporary, directory } = this.#recipe;
    if (temporary) await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  /** Tries again for a while: after a SIGKILL, the last children of Postgres still hold its shared memory. */
  async restart(): Promise<void> {
    await this.#end();
    await eventually(() => this.start(), { timeoutMs: START_MS, everyMs: 100 });
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (!child || child.pid === undefined || hasExited(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(this.#recipe.stopSignals.orderly);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(force);
  }

  /** The output goes to a file, so that a server is never blocked by (or noisy in) the process that tests it. */
  #spawn(): ChildProcess {
    const { command, args, user, directory } = this.#recipe;
    const log = openSync(this.#logFile, 'a');
    const child = spawn(command, args, { ...user, cwd: directory, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    return child;
  }

  get #logFile(): string {
    return join(this.#recipe.directory, 'server.log');
  }

  #lastLog(): string {
    return readFileSync(this.#logFile, 'utf8').slice(-2000);
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
