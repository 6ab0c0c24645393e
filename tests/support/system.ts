import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTestDatabase,
  type ManagedProcess,
  postgresUrlForTests,
  redisUrlForTests,
  spawnNode,
  spawnProgram,
} from '#testing';
import { newDatabaseFolder } from './new-database.js';

/** The three ways to run the system; the same tests pass on each. */
export const TOPOLOGIES = ['embedded', 'shared', 'fleet'] as const;

/** One process on its own stores, and many on shared ones: enough for whatever looks the same in between. */
export const PROFILES = ['embedded', 'fleet'] as const;

export type Topology = (typeof TOPOLOGIES)[number];

export type Role = 'server' | 'api-gateway' | 'queue-manager' | 'scheduler';

export type Env = Readonly<Record<string, string | undefined>>;

/** The single executable, when the tests are run on it (`npm run test:binary`). */
export const BINARY = process.env['LLMQ_BINARY'];

/** Timings that let a test see in a second what takes a minute in production. */
export const FAST: Env = {
  PORT: '0',
  LOG_LEVEL: 'info',
  // Hundreds of processes of the same code.
  NODE_COMPILE_CACHE: join(tmpdir(), 'llmq-compile-cache'),
  QUEUE_LOCK_DURATION: '2s',
  QUEUE_STALLED_INTERVAL: '250ms',
  SCHEDULER_TICK: '100ms',
  SCHEDULER_LEASE: '1s',
  SCHEDULER_RECONCILE_AFTER: '300ms',
  MESSAGE_RETRY_BASE: '50ms',
  STREAM_WATCHDOG: '300ms',
  STREAM_HEARTBEAT: '500ms',
  SIMULATOR_DELAY: '20ms',
  SIMULATOR_FAULTS: 'true',
  // What the machine that runs the tests happens to have set.
  OPENAI_API_KEY: undefined,
  OPENAI_API_KEYS: undefined,
  OPENAI_BASE_URL: undefined,
  KIMI_API_KEY: undefined,
  MOONSHOT_API_KEY: undefined,
  QWEN_API_KEY: undefined,
  DASHSCOPE_API_KEY: undefined,
  ANTHROPIC_API_KEY: undefined,
  OLLAMA_BASE_URL: undefined,
  PROVIDERS_FILE: undefined,
  TASK_TYPES_FILE: undefined,
  REDIS_URL: undefined,
  DATABASE_URL: undefined,
  API_KEYS: undefined,
  TENANTS: undefined,
};

/** One process of the system under test. */
export class Member {
  constructor(
    readonly role: Role,
    readonly process: ManagedProcess,
    readonly url: string,
    /** The same on its further port. */
    readonly furtherUrl?: string,
  ) {}

  get log(): string {
    return this.process.output();
  }
}

/** A running system: real processes on real stores. */
export class System {
  readonly members: Member[] = [];

  constructor(
    readonly topology: Topology,
    readonly env: Env,
    private readonly cleanUp: () => Promise<void>,
  ) {}

  async start(role: Role, env: Env = {}): Promise<Member> {
    const process = this.spawn(role, env);
    const line = await process.waitForLine('"msg":"listening"', 60_000);
    const { url, furtherUrl } = JSON.parse(line) as { url: string; furtherUrl?: string };
    const member = new Member(role, process, url.replace('0.0.0.0', '127.0.0.1'), furtherUrl);
    this.members.push(member);
    return member;
  }

  /** A process that need not come to listen; the test sees to its end. */
  spawn(role: Role, env: Env = {}, args: readonly string[] = []): ManagedProcess {
    const all = { ...FAST, ...this.env, ...env };
    if (BINARY) return spawnProgram(BINARY, ['start', '--role', role, ...args], all);
    const script = join(import.meta.dirname, `../../dist/apps/${role}/src/main.js`);
    return spawnNode(script, args, all);
  }

  of(...roles: Role[]): Member[] {
    return this.members.filter(({ role }) => roles.includes(role));
  }

  get gateways(): Member[] {
    return this.of('server', 'api-gateway');
  }

  get workers(): Member[] {
    return this.of('server', 'queue-manager');
  }

  /** Ends a member without warning; it no longer counts. */
  async kill(member: Member): Promise<void> {
    this.members.splice(this.members.indexOf(member), 1);
    member.process.kill('SIGKILL');
    await member.process.exited;
  }

  /** Asks a member to end in order, and answers with its exit code; it no longer counts. */
  async terminate(member: Member): Promise<number | null> {
    this.members.splice(this.members.indexOf(member), 1);
    member.process.kill('SIGTERM');
    return member.process.exited;
  }

  async stop(): Promise<void> {
    for (const { process } of this.members) process.kill('SIGKILL');
    await Promise.all(this.members.map(({ process }) => process.exited));
    await this.cleanUp();
  }
}

/** The processes of a topology; a second scheduler would only wait for the end of the first one. */
const ROLES: Record<Topology, readonly Role[]> = {
  embedded: ['server'],
  shared: ['server'],
  fleet: ['api-gateway', 'api-gateway', 'queue-manager', 'queue-manager', 'scheduler'],
};

/** Starts a topology on stores of its own. */
export async function startSystem(topology: Topology, env: Env = {}): Promise<System> {
  const system = await createSystem(topology, env);
  await Promise.all(ROLES[topology].map((role) => system.start(role)));
  return system;
}

/** The stores of a topology, with no process yet. */
export async function createSystem(topology: Topology, env: Env = {}): Promise<System> {
  if (topology === 'embedded') {
    const folder = newDatabaseFolder();
    return new System(topology, { DATA_DIR: folder, ...env }, () =>
      Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    );
  }
  const database = await createTestDatabase(await postgresUrlForTests());
  const stores = {
    DATABASE_URL: database.url,
    DATABASE_POOL: '8',
    REDIS_URL: await redisUrlForTests(),
    REDIS_PREFIX: crypto.randomUUID(),
  };
  return new System(topology, { ...stores, ...env }, () => database.drop());
}
