import { join, resolve } from 'node:path';
import { eventually } from '#testing';
import { findCompose, run, type RunOptions } from './engine.js';

const ROOT = join(import.meta.dirname, '../..');

/** Longer than any container of the stack needs to come back, also on a machine that is busy with other things. */
const HEALTHY_MS = 240_000;

interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly RestartCount: number;
}

/** The containers of a compose file under a project name of its own. */
export class Stack {
  private constructor(
    private readonly compose: readonly string[],
    readonly files: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `files` start at the root of the project. */
  static async of(project: string, files: readonly string[], env: NodeJS.ProcessEnv): Promise<Stack> {
    const paths = files.map((file) => resolve(ROOT, file));
    return new Stack(await findCompose(), paths, { ...env, COMPOSE_PROJECT_NAME: project });
  }

  /** A compose command. */
  run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.sh([...this.compose, ...this.files.flatMap((file) => ['-f', file]), ...args], options);
  }

  /** Builds and starts everything; `docker compose` also waits until all of it is healthy. */
  async up(): Promise<void> {
    const wait = this.compose.includes('compose') ? '--wait' : '-d';
    await this.run(['up', '--build', wait], { timeoutMs: 1_800_000 });
  }

  /** Any command, in the environment of the stack. */
  sh(command: readonly string[], options: RunOptions = {}): Promise<string> {
    return run(command, { ...options, env: { ...this.env, ...options.env } });
  }

  /** A line for the shell, as the documentation has it; COMPOSE stands for the command with its files. */
  shell(line: string, options: RunOptions = {}): Promise<string> {
    const compose = [...this.compose, ...this.files.flatMap((file) => ['-f', file])].join(' ');
    const script = line.replace('COMPOSE', compose);
    return this.sh(['sh', '-c', script], { timeoutMs: 300_000, ...options });
  }

  /** The ids of the containers of these services, of all of them when none is named. */
  async ids(...services: string[]): Promise<string[]> {
    const printed = await this.run(['ps', '-q', ...services]);
    return printed.split('\n').filter((line) => line !== '');
  }

  async inspect(id: string): Promise<Inspected> {
    const [container] = JSON.parse(await this.sh(['docker', 'inspect', id])) as Inspected[];
    return container!;
  }

  /** Runs a program in a container, as the user that the container runs as. */
  exec(id: string, command: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.sh(['docker', 'exec', id, ...command], options);
  }

  /** Resolves once all containers of these services do what they are for. */
  async healthy(...services: string[]): Promise<void> {
    await eventually(
      async () => {
        for (const id of await this.ids(...services)) await this.#requireHealthy(id);
      },
      { timeoutMs: HEALTHY_MS, everyMs: 500 },
    );
  }

  async #requireHealthy(id: string): Promise<void> {
    const { State } = await this.inspect(id);
    const status = State.Health?.Status ?? State.Status;
    if (status === 'healthy' || (!State.Health && status === 'running')) return;
    const log = await this.sh(['docker', 'logs', '--tail', '20', id], { mayFail: true });
    throw new Error(`${id} is ${status}\n${log}`);
  }

  /** Ends all processes of a container without warning; resolves once the engine has brought it back. */
  async crash(id: string): Promise<void> {
    const { RestartCount: before } = await this.inspect(id);
    await this.exec(id, ['sh', '-c', 'kill -9 -1'], { mayFail: true });
    await eventually(
      async () => {
        const { RestartCount, State } = await this.inspect(id);
        if (RestartCount === before || State.Status !== 'running')
          throw new Error(`${id} is ${State.Status} after ${RestartCount} restarts`);
      },
      { timeoutMs: HEALTHY_MS, everyMs: 200 },
    );
  }

  /** With all that the containers kept. */
  async down(): Promise<void> {
    await this.run(['down', '--volumes', '--remove-orphans', '--timeout', '30'], { timeoutMs: 300_000 });
  }
}
