import { join } from 'node:path';
import {
  type ManagedProcess,
  type PrivateServer,
  spawnNode,
  startPrivatePostgres,
  startPrivateRedis,
} from '#testing';

const DIST = join(import.meta.dirname, '../..');

/** What the shell that runs the bench happens to have set must not change what is measured. */
const CLEAN: NodeJS.ProcessEnv = {
  OPENAI_API_KEY: undefined,
  OPENAI_BASE_URL: undefined,
  API_KEYS: undefined,
  HOST: undefined,
  PORT: '0',
  LOG_LEVEL: 'info',
};

/** A process under measurement. */
export interface Actor {
  readonly url: string;
  readonly process: ManagedProcess;
}

/** The stores of one bench, as durable as in production, and the processes on them; `close` ends them all. */
export class Stage {
  readonly #processes: ManagedProcess[] = [];

  private constructor(
    readonly redis: PrivateServer,
    readonly postgres: PrivateServer,
  ) {}

  /** Redis with an append-only file, Postgres with fsync; both private and empty. */
  static async open(): Promise<Stage> {
    const postgres = await startPrivatePostgres({ fsync: true });
    try {
      return new Stage(await startPrivateRedis({ aof: true }), postgres);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  /** A process of the product with its default settings, save those in `env`. */
  role(name: string, env: NodeJS.ProcessEnv = {}): Promise<Actor> {
    const stores = { REDIS_URL: this.redis.url, DATABASE_URL: this.postgres.url };
    return this.start(join(DIST, `apps/${name}/src/main.js`), { ...stores, ...env });
  }

  /** A process of the tests, such as `tests/upstream/main.js`. */
  helper(script: string, env: NodeJS.ProcessEnv = {}): Promise<Actor> {
    return this.start(join(DIST, script), env);
  }

  /** Any Node process that prints `listening`, with its URL in the same line unless it is given here. */
  async start(
    script: string,
    env: NodeJS.ProcessEnv,
    more: { args?: readonly string[]; ready?: RegExp; url?: string } = {},
  ): Promise<Actor> {
    const process = spawnNode(script, more.args, { ...CLEAN, ...env });
    this.#processes.push(process);
    const line = await process.waitForLine(more.ready ?? /listening/, 30_000);
    const url = more.url ?? /http:\/\/[\w.[\]:]+\d/.exec(line)?.[0];
    if (url === undefined) throw new Error(`${script} did not say where it listens: ${line}`);
    return { url, process };
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(end));
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }
}

async function end(process: ManagedProcess): Promise<void> {
  const force = setTimeout(() => process.kill('SIGKILL'), 10_000);
  process.kill();
  await process.exited;
  clearTimeout(force);
}

/** Runs the bench on stores of its own, which end with it. */
export async function onStage<T>(run: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.open();
  try {
    return await run(stage);
  } finally {
    await stage.close();
  }
}
