import { type Log } from './log.js';

/** How a component is; `degraded` still serves. */
export type ComponentStatus = 'healthy' | 'degraded' | 'unhealthy';

export interface ComponentHealth {
  readonly status: ComponentStatus;
  readonly responseTimeMs: number;
  readonly detail?: string;
}

export interface HealthCheck {
  readonly name: string;
  /** What the process is when this check fails: `unhealthy` takes it out of service, `degraded` does not. */
  readonly whenFailing: 'degraded' | 'unhealthy';
  /** Throws when the component does not answer. */
  check(signal: AbortSignal): Promise<void>;
}

export type Facts = () => Promise<Readonly<Record<string, unknown>>>;

const CHECK_TIMEOUT_MS = 800;

/** Asks every component at once, each at most 800 ms; components register themselves at start. */
export class Health {
  constructor(private readonly log: Log) {}

  readonly #checks: HealthCheck[] = [];
  readonly #facts: Facts[] = [];
  #draining = false;

  register(check: HealthCheck): void {
    this.#checks.push(check);
  }

  /** Something to say beside whether the process is ready. */
  tell(read: Facts): void {
    this.#facts.push(read);
  }

  /** What there is to say; what cannot be told in time is left out. */
  async facts(): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const told = await Promise.allSettled(
      this.#facts.map((read) => Promise.race([read(), timedOut(signal)])),
    );
    const known = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return Object.assign({}, ...known) as Record<string, unknown>;
  }

  /** From now on the process says that it is not ready. */
  drain(): void {
    this.#draining = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Why a component does not answer is for the log: it may name hosts and users. */
  async #ask(check: HealthCheck): Promise<ComponentHealth> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    try {
      await Promise.race([check.check(signal), timedOut(signal)]);
      return { status: 'healthy', responseTimeMs: elapsed(startedAt) };
    } catch (err) {
      this.log.warn({ err, component: check.name }, 'a component does not answer');
      return { status: check.whenFailing, responseTimeMs: elapsed(startedAt), detail: 'does not answer' };
    }
  }

  async components(): Promise<Record<string, ComponentHealth>> {
    const entries = await Promise.all(
      this.#checks.map(async (check) => [check.name, await this.#ask(check)] as const),
    );
    return Object.fromEntries(entries);
  }
}

/** The worst of its parts. */
export function overallStatus(components: Readonly<Record<string, ComponentHealth>>): ComponentStatus {
  const statuses = Object.values(components).map(({ status }) => status);
  return statuses.includes('unhealthy')
    ? 'unhealthy'
    : statuses.includes('degraded')
      ? 'degraded'
      : 'healthy';
}

function timedOut(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), {
      once: true,
    });
  });
}

function elapsed(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100;
}
