import { type Upstreams } from '#balancing';
import { type EndpointHealth, type EndpointPulse, type ProviderPulse } from '#contracts';
import { type ControlBus } from '#control';
import { type Log, type Metrics } from '#observability';
import { type ThisProcess, Ticker } from '#runtime';

const EVERY_MS = 1_000;

const BREAKER: Readonly<Record<EndpointPulse['breaker'], number>> = { closed: 0, 'half-open': 1, open: 2 };

const HEALTH: Readonly<Record<EndpointHealth, number>> = { unhealthy: 0, degraded: 1, healthy: 2 };

/** Tells once a second how the upstreams of this worker are doing: the other processes, and the metrics. */
export class UpstreamReport {
  readonly #ticker: Ticker;

  constructor(
    private readonly upstreams: Upstreams,
    private readonly bus: ControlBus,
    private readonly process: ThisProcess,
    private readonly metrics: Metrics,
    log: Log,
  ) {
    this.#ticker = new Ticker(
      EVERY_MS,
      () => this.tell(),
      (err) => log.debug({ err }, 'no pulse of the upstreams'),
    );
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  tell(): Promise<void> {
    const providers = this.upstreams.pulses();
    this.bus.publish('upstreams.pulse', { processId: this.process.id, providers });
    for (const gauge of this.#gauges) gauge.reset();
    for (const [provider, pulse] of Object.entries(providers)) this.#measure(provider, pulse);
    return Promise.resolve();
  }

  get #gauges() {
    const { upstreamConnections, upstreamHealth, upstreamBreaker, upstreamKeyUp } = this.metrics;
    return [upstreamConnections, upstreamHealth, upstreamBreaker, upstreamKeyUp];
  }

  #measure(provider: string, { endpoints, keys }: ProviderPulse): void {
    for (const [endpoint, { connections, health, breaker }] of Object.entries(endpoints)) {
      this.metrics.upstreamConnections.set({ provider, endpoint }, connections);
      this.metrics.upstreamHealth.set({ provider, endpoint }, HEALTH[health]);
      this.metrics.upstreamBreaker.set({ provider, endpoint }, BREAKER[breaker]);
    }
    for (const [key, { reason }] of Object.entries(keys))
      this.metrics.upstreamKeyUp.set({ provider, key }, reason === null ? 1 : 0);
  }
}
