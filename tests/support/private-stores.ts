import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, isRunning, type PrivateServer, startPrivatePostgres, startPrivateRedis } from '#testing';
import { type Env, System, type Topology } from './system.js';

/** The two ways for a store to be away: it refuses connections, or takes them and answers nothing. */
export const OUTAGES = ['killed', 'frozen'] as const;

export type Outage = (typeof OUTAGES)[number];

/** A Redis and a Postgres that no other test uses, so that a test may kill, stop and restart them. */
export class PrivateStores {
  private constructor(
    readonly redis: PrivateServer,
    readonly postgres: PrivateServer,
    private readonly redisFolder: string,
  ) {}

  static async start(): Promise<PrivateStores> {
    const folder = await mkdtemp(join(tmpdir(), 'llmq-redis-'));
    const [redis, postgres] = await Promise.all([
      startPrivateRedis({ dir: folder }),
      startPrivatePostgres({ fsync: true }),
    ]);
    return new PrivateStores(redis, postgres, folder);
  }

  /** A system with no process yet; it takes the stores with it when it is stopped. */
  system(topology: Exclude<Topology, 'embedded'>, env: Env = {}): System {
    const urls = { DATABASE_URL: this.postgres.url, DATABASE_POOL: '8', REDIS_URL: this.redis.url };
    return new System(topology, { ...urls, ...env }, () => this.stop());
  }

  async stop(): Promise<void> {
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
    await rm(this.redisFolder, { recursive: true, force: true });
  }

  /** Makes a store unreachable; answers with what brings it back, which does so once. */
  async take(store: PrivateServer, outage: Outage): Promise<() => Promise<void>> {
    if (outage === 'killed') await this.kill(store);
    else this.freeze(store);
    let back: Promise<void> | undefined;
    return () => (back ??= outage === 'killed' ? store.restart() : Promise.resolve(this.thaw(store)));
  }

  /** Ends a store without warning and waits until it is dead. */
  async kill(store: PrivateServer): Promise<void> {
    const { pid } = store;
    store.kill('SIGKILL');
    await eventually(() => {
      if (isRunning(pid)) throw new Error(`${pid} still runs`);
    });
  }

  /** Lets a store neither run nor die: it takes connections and commands, and answers nothing. */
  freeze({ pid }: PrivateServer): void {
    process.kill(pid, 'SIGSTOP');
    for (const child of childrenOf(pid)) process.kill(child, 'SIGSTOP');
  }

  thaw({ pid }: PrivateServer): void {
    for (const child of [...childrenOf(pid), pid]) process.kill(child, 'SIGCONT');
  }

  /** Deletes what a dead Redis has on disk. */
  async emptyRedis(): Promise<void> {
    await rm(join(this.redisFolder, 'appendonlydir'), { recursive: true });
  }
}

/** Each session of Postgres is a process of its own. */
function childrenOf(parent: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!);
}
