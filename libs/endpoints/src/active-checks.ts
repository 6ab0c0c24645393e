import { Agent, request } from 'undici';
import { type BalancedProvider, type UpstreamEndpoint, type Upstreams } from '#balancing';
import { type EndpointSettings } from '#config';
import { type Log } from '#observability';
import { type AddressGuard } from '#outbound';
import { Ticker } from '#runtime';
import { type UpstreamSync } from './upstream-sync.js';

const AT_ONCE = 8;

interface Target {
  readonly provider: string;
  readonly endpoint: UpstreamEndpoint;
}

/**
 * Asks endpoints now and then whether they live, where that is configured. Only for a free path, without a key, and any
 * answer below 500 will do: also the one that a key is missing.
 */
export class ActiveChecks {
  readonly #ticker: Ticker;
  readonly #free = new Agent();
  readonly #guarded: Agent;

  constructor(
    private readonly upstreams: Upstreams,
    private readonly sync: UpstreamSync,
    private readonly settings: EndpointSettings,
    guard: AddressGuard,
    private readonly log: Log,
  ) {
    this.#guarded = new Agent({ connect: guard.connector() });
    this.#ticker = new Ticker(
      settings.value.check_interval,
      () => this.checkAll(),
      (err) => log.debug({ err }, 'endpoints were not checked'),
    );
  }

  start(): void {
    if (this.settings.value.check_interval > 0) this.#ticker.start();
  }

  async stop(): Promise<void> {
    await this.#ticker.stop();
    await Promise.all([this.#free.destroy(), this.#guarded.destroy()]);
  }

  async checkAll(): Promise<void> {
    const targets = this.sync.providers.flatMap(targetsOf);
    const checkNext = async (): Promise<void> => {
      for (let target = targets.pop(); target; target = targets.pop()) await this.#check(target);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, checkNext));
  }

  async #check({ provider, endpoint }: Target): Promise<void> {
    const isAlive = await this.#lives(endpoint);
    if (!isAlive) this.log.debug({ provider, endpoint: endpoint.id }, 'a check of an endpoint failed');
    this.upstreams.checked(provider, endpoint.id, isAlive);
  }

  async #lives({ url, guarded }: UpstreamEndpoint): Promise<boolean> {
    const { check_path, check_timeout } = this.settings.value;
    try {
      const { statusCode, body } = await request(url.replace(/\/+$/, '') + check_path, {
        dispatcher: guarded ? this.#guarded : this.#free,
        signal: AbortSignal.timeout(check_timeout),
      });
      await body.dump();
      return statusCode < 500;
    } catch {
      return false;
    }
  }
}

/** What is turned off need not live, and the simulator always does. */
function targetsOf({ name, endpoints }: BalancedProvider): Target[] {
  return endpoints
    .filter(({ url, enabled }) => enabled !== false && /^https?:/.test(url))
    .map((endpoint) => ({ provider: name, endpoint }));
}
