import { type Catalogs, type TaskTypeLimits } from '#catalog';
import { type QueueSettings, type TenantSettings } from '#config';
import { priorityNumber, type Usage } from '#contracts';
import {
  Concurrency,
  type Lease,
  type NamedLimit,
  RATE_WINDOWS,
  type Rates,
  type Refused,
  type Reservation,
  WINDOW_MS,
} from '#limits';
import { type Log, type Metrics } from '#observability';
import { type JobOrigin, type JobQueue, type TakenJob } from '#queue';
import { Turns } from './turns.js';

/** A message in a line that nobody calls comes back by itself: whoever was to call it has died, or Redis was away. */
const AT_LAST_MS = 30_000;

/** More than any time in ms, so that a better priority comes first in a line. */
const PER_PRIORITY = 1e13;

/** How a run has come to its end. */
export interface Ran {
  /** Whether a provider was asked. */
  readonly called: boolean;
  /** Undefined: nobody knows. */
  readonly usage: Usage | undefined;
}

/** A message may run. */
export interface Permit {
  readonly granted: true;
  leave(ran: Ran): Promise<void>;
}

/** A message may not run now. */
export interface PutOff {
  readonly granted: false;
  readonly againInMs: number;
  /** Its job is out of sight for `againInMs`: may it come earlier? */
  away(): Promise<void>;
}

const UNLIMITED: Permit = { granted: true, leave: () => Promise.resolve() };

/**
 * How many messages of a tenant, a user and a task type run at once, and how often a task type runs at all. Whoever may not
 * is put off: that costs no attempt, keeps no slot, and stops nobody else in the lane. Who waits for a place is called when
 * one is free, by priority first.
 */
export class RunLimits {
  readonly #turns = new Turns();

  constructor(
    private readonly concurrency: Concurrency,
    private readonly rates: Rates,
    private readonly queue: JobQueue,
    private readonly catalogs: Catalogs,
    private readonly tenants: TenantSettings,
    private readonly settings: QueueSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async enter(job: TakenJob): Promise<Permit | PutOff> {
    if (!job.origin) return UNLIMITED;
    const limits = this.#placesOf(job.origin);
    const ofType = this.#limitsOf(job.origin.taskType);
    const isRated = RATE_WINDOWS.some((window) => ofType[window] !== undefined);
    if (limits.length === 0 && !isRated) return UNLIMITED;
    const lease = limits.length > 0 ? await this.concurrency.acquire(limits) : undefined;
    if (lease && !lease.granted) return this.#putOff(job, lease.which, limits);
    if (!isRated) return this.#permit(lease, limits, undefined);
    const cost = { requests: 1, tokens: job.origin.tokens };
    const rate = await this.rates.reserve(nameOfType(job.origin), ofType, cost);
    if (rate.granted) return this.#permit(lease, limits, rate);
    await this.#release(lease, limits);
    return this.#putOffFor(nameOfType(job.origin), ofType, rate);
  }

  #permit(lease: Lease | undefined, limits: readonly NamedLimit[], rate: Reservation | undefined): Permit {
    const leave = async ({ called, usage }: Ran) => {
      await this.#release(lease, limits);
      if (!called) return rate?.cancel();
      if (usage) await rate?.settle(usage.promptTokens + usage.completionTokens);
    };
    return { granted: true, leave };
  }

  #putOff(job: TakenJob, which: string, limits: readonly NamedLimit[]): PutOff {
    this.metrics.putOff.inc({ limit: kindOf(which) });
    return { granted: false, againInMs: AT_LAST_MS, away: () => this.#line(job, limits) };
  }

  #putOffFor(name: string, limits: TaskTypeLimits, { which, retryAfterMs }: Refused): PutOff {
    this.metrics.putOff.inc({ limit: 'task_type_rate' });
    const gapMs = which === 'tokensPerMinute' ? 0 : WINDOW_MS[which] / limits[which]!;
    const againInMs = Math.ceil(this.#turns.next(name, retryAfterMs, gapMs));
    return { granted: false, againInMs, away: () => Promise.resolve() };
  }

  /**
   * Stands in the line of whatever is full. Only now, as a job that is called before it is out of sight would not be found;
   * a place that was freed since is not missed, because standing in line and there being none is one step.
   */
  async #line(job: TakenJob, limits: readonly NamedLimit[]): Promise<void> {
    const rank = priorityNumber(job.priority) * PER_PRIORITY + job.sinceMs;
    const lease = await this.concurrency.acquire(limits, { id: job.ref, rank });
    // Where it was called for a place that it cannot take now, the next one can.
    if (!lease.granted) return this.#call(limits);
    await this.concurrency.release(lease);
    await this.queue.hasten(job.ref);
  }

  async #release(lease: Lease | undefined, limits: readonly NamedLimit[]): Promise<void> {
    if (!lease) return;
    await this.concurrency.release(lease);
    await this.#call(limits).catch((err: unknown) =>
      this.log.warn({ err }, 'nobody was called; who waits comes back by itself'),
    );
  }

  /** Those who come next; who is not there any more has left his place to another one. */
  async #call(limits: readonly NamedLimit[]): Promise<void> {
    for (;;) {
      const refs = await this.concurrency.next(limits);
      const called = await Promise.all(refs.map((ref) => this.queue.hasten(ref)));
      if (called.length === 0 || called.some(Boolean)) return;
    }
  }

  #placesOf({ tenantId, userId, taskType }: JobOrigin): NamedLimit[] {
    const { tenant_concurrency, user_concurrency } = this.settings.value;
    const policy = this.tenants.policyOf(tenantId);
    const places = [
      { name: `tenant:${tenantId}`, limit: policy.concurrency ?? tenant_concurrency },
      { name: `user:${tenantId}\n${userId}`, limit: policy.user_concurrency ?? user_concurrency },
      { name: `task_type:${taskType}`, limit: this.#limitsOf(taskType).concurrency ?? 0 },
    ];
    return places.filter(({ limit }) => limit > 0);
  }

  #limitsOf(taskType: string | null): TaskTypeLimits {
    return (taskType === null ? undefined : this.catalogs.now.taskType(taskType)?.limits) ?? {};
  }
}

function nameOfType({ taskType }: JobOrigin): string {
  return `task_type:${taskType}`;
}

function kindOf(name: string): string {
  return name.slice(0, name.indexOf(':'));
}
