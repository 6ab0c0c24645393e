import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type AuthSettings, type LimitSettings, type Rate, type TenantSettings } from '#config';
import { AppError, type Caller } from '#contracts';
import { type BucketLimit, type Buckets } from '#limits';
import { type Metrics } from '#observability';
import { networkOf } from '#sockets';
import { ApiKeys } from '../api-keys.js';
import { announce } from './rate-headers.js';

const LIMITED = /^\/(api|v1|sse)\//;

/** Whoever watches the system must not be told that it is ill because he asks often. */
const FREE = new Set(['/api/v1/health']);

/** Clients ignore a longer Retry-After, or obey it, which would be worse. */
const MAX_RETRY_AFTER_MS = 60_000;

const EXPLANATIONS = {
  key: 'This API key has made more requests than it may',
  ip: 'Your address has made more requests than it may',
} as const;

/** Counts requests by address and by API key, before anything else of them is read. */
export class Door {
  readonly #keys: ApiKeys;
  readonly #ofKey: BucketLimit | undefined;
  readonly #ofAddress: BucketLimit | undefined;

  constructor(
    private readonly buckets: Buckets,
    private readonly tenants: TenantSettings,
    private readonly metrics: Metrics,
    { value }: LimitSettings,
    auth: AuthSettings,
  ) {
    this.#keys = new ApiKeys(auth);
    this.#ofKey = bucketOf(value.key);
    this.#ofAddress = bucketOf(value.ip);
  }

  /** Whether nobody is limited. */
  get isOpen(): boolean {
    const ofTenants = Object.values(this.tenants.value).some(
      ({ rate }) => rate !== undefined && rate !== 'off',
    );
    return !this.#ofKey && !this.#ofAddress && !ofTenants;
  }

  /** @throws AppError rate_limited */
  async enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const route = request.routeOptions.url ?? request.url;
    if (!LIMITED.test(route) || FREE.has(route)) return;
    await this.#take('ip', networkOf(request.ip), this.#ofAddress, reply);
    // A key that is not valid has no limit of its own: the guard refuses it.
    const caller = this.#keys.callerOf(request);
    if (caller) await this.#take('key', caller.keyName, this.#limitOfTenant(caller.tenantId), reply);
  }

  /** What is no HTTP request and counts as one: a WebSocket, and each text over it. @throws AppError rate_limited */
  async pass({ tenantId, keyName }: Caller, address: string): Promise<void> {
    if (this.isOpen) return;
    await this.#take('ip', networkOf(address), this.#ofAddress);
    await this.#take('key', keyName, this.#limitOfTenant(tenantId));
  }

  async #take(
    by: keyof typeof EXPLANATIONS,
    name: string,
    limit: BucketLimit | undefined,
    reply?: FastifyReply,
  ): Promise<void> {
    if (!limit) return;
    const verdict = await this.buckets.take(`${by}:${name}`, limit);
    if (reply) announce(reply, verdict);
    if (verdict.allowed) return;
    this.metrics.requestsLimited.inc({ by });
    throw new AppError('rate_limited', EXPLANATIONS[by], {
      retryAfterMs: Math.min(verdict.retryAfterMs, MAX_RETRY_AFTER_MS),
    });
  }

  #limitOfTenant(tenantId: string): BucketLimit | undefined {
    const { rate, burst } = this.tenants.policyOf(tenantId);
    return rate === undefined ? this.#ofKey : bucketOf({ rate, burst });
  }
}

function bucketOf({ rate, burst }: { rate: Rate | 'off'; burst: number }): BucketLimit | undefined {
  if (rate === 'off') return undefined;
  return { burst: burst > 0 ? burst : rate.requests, intervalMs: rate.perMs / rate.requests };
}
