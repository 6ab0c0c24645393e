import { type ChangeBalancing, keyDigest } from '#balancing';
import { type BalancingSpec, type KeySpec, type ProviderSpec } from '#catalog';
import { AppError, type ErrorCode, type KeyRest } from '#contracts';
import { type ControlBus } from '#control';
import { type Log } from '#observability';
import { type ProviderSpecs } from './provider-specs.js';
import { requireProvider } from './require-provider.js';
import { fieldChange, type UpstreamLedger, type UpstreamOrders } from './upstream-ledger.js';

/** A key, and why it is not used on any endpoint. */
export interface KeyNow {
  readonly id: string;
  readonly weight: number;
  /** Null: it is used. */
  readonly reason: ErrorCode | null;
  /** Null: it is used, or it rests until it is changed or put back. */
  readonly forMs: number | null;
}

/** How a provider's calls are spread over its endpoints and keys. */
export interface BalancingNow extends BalancingSpec {
  readonly configured: BalancingSpec;
  readonly keys: readonly KeyNow[];
}

/** How providers spread their calls, and their keys, as operators see and change them. */
export class BalancingDesk {
  constructor(
    private readonly specs: ProviderSpecs,
    private readonly ledger: UpstreamLedger,
    private readonly bus: ControlBus,
    private readonly log: Log,
  ) {}

  /** @throws AppError provider_unknown, database_unavailable */
  async show(provider: string): Promise<BalancingNow> {
    const spec = requireProvider(this.specs, provider);
    const orders = await this.ledger.answer(() => this.ledger.read());
    const configured = spec.balancing;
    const keys = spec.keys.map((key) => keyNow(spec, key, orders));
    return { ...configured, ...orders.balancing[provider], configured, keys };
  }

  /** @throws AppError provider_unknown, database_unavailable */
  async change(provider: string, request: ChangeBalancing): Promise<BalancingNow> {
    requireProvider(this.specs, provider);
    const { strategy, affinity, affinity_timeout: affinityTimeoutMs } = request;
    const change = fieldChange({ strategy, affinity, affinityTimeoutMs });
    await this.ledger.answer(() => this.ledger.setBalancing(provider, change));
    this.bus.publish('upstreams.changed', {});
    this.log.warn({ provider, ...request }, 'an operator changed how calls are balanced');
    return this.show(provider);
  }

  /**
   * Ends whatever keeps a key from being used, in every process.
   * @throws AppError provider_unknown, key_not_found, database_unavailable
   */
  async putBack(provider: string, id: string): Promise<BalancingNow> {
    const key = requireProvider(this.specs, provider).keys.find((known) => known.id === id);
    if (!key) throw new AppError('key_not_found', `The provider ${provider} has no key ${id}`);
    await this.ledger.answer(() => this.ledger.putBack(provider, id));
    this.bus.publish('upstreams.rest', putBack(provider, key));
    this.log.warn({ provider, key: id }, 'an operator put an API key back');
    return this.show(provider);
  }
}

function putBack(provider: string, { id, secret }: KeySpec): KeyRest {
  const reason = 'provider_unauthorized';
  return { provider, key: id, digest: keyDigest(secret), endpoint: '', reason, forMs: 0 };
}

function keyNow({ name }: ProviderSpec, { id, weight, secret }: KeySpec, { rests }: UpstreamOrders): KeyNow {
  const digest = keyDigest(secret);
  const rest = rests.find(
    (row) =>
      row.provider === name &&
      row.key === id &&
      row.digest === digest &&
      row.endpoint === '' &&
      row.forMs !== 0,
  );
  return { id, weight, reason: rest?.reason ?? null, forMs: rest?.forMs ?? null };
}
