import { type BalancedProvider, type Upstreams } from '#balancing';
import { type Log } from '#observability';
import { Ticker } from '#runtime';
import { type KeyRests } from './key-rests.js';
import { balancedProviders } from './merge.js';
import { type ProviderSpecs } from './provider-specs.js';
import { NO_ORDERS, type UpstreamLedger, type UpstreamOrders } from './upstream-ledger.js';

const EVERY_MS = 1_000;

/**
 * Keeps a worker's upstreams as configured, with what operators have changed since. It looks once a second, and at once
 * when it hears of a change. While the ledger is away the last word holds.
 */
export class UpstreamSync {
  readonly #ticker: Ticker;
  #providers: readonly BalancedProvider[] = [];
  /** What the providers were made from. */
  #madeFrom: { readonly specs: unknown; readonly orders: string } | undefined;
  #look = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(
    private readonly upstreams: Upstreams,
    private readonly specs: ProviderSpecs,
    private readonly ledger: UpstreamLedger,
    private readonly rests: KeyRests,
    private readonly log: Log,
  ) {
    this.#ticker = new Ticker(EVERY_MS, () => this.refresh(), this.#onError);
  }

  /** As they are balanced now. */
  get providers(): readonly BalancedProvider[] {
    return this.#providers;
  }

  async start(): Promise<void> {
    this.rests.start();
    this.#apply(NO_ORDERS);
    await this.refresh().catch(this.#onError);
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  /** Whoever asks while a look is under way gets the next one, which sees what has been written by then. */
  refresh(): Promise<void> {
    this.#next ??= this.#look
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#look = this.#refresh();
        return this.#look;
      });
    return this.#next;
  }

  async #refresh(): Promise<void> {
    await this.rests.flush();
    const orders = await this.ledger.read();
    this.#apply(orders);
    this.rests.take(orders.rests);
  }

  #apply(all: UpstreamOrders): void {
    const specs = this.specs.all;
    const orders = JSON.stringify([all.endpoints, all.balancing]);
    if (this.#madeFrom?.specs === specs && this.#madeFrom.orders === orders) return;
    this.#providers = balancedProviders(specs, all);
    this.upstreams.configure(this.#providers);
    this.#madeFrom = { specs, orders };
    this.log.info({ changed: all.endpoints.length }, 'endpoints are balanced anew');
  }

  readonly #onError = (err: unknown): void => {
    this.log.debug({ err }, 'could not read the endpoints; the last word holds');
  };
}
