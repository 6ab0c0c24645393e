import { PulseBoard } from '#balancing';
import { type Endpoint, type EndpointHealth, type EndpointPulse, type UpstreamPulse } from '#contracts';
import { type Clock } from '#runtime';

/** How an endpoint is doing, over all worker processes. */
export interface EndpointState {
  readonly health: EndpointHealth;
  readonly connections: number;
  /** In how many processes its breaker is so. */
  readonly breakers: Readonly<Record<EndpointPulse['breaker'], number>>;
  /** Means over the processes that know; null: none does. */
  readonly firstTokenMs: number | null;
  readonly interTokenMs: number | null;
  readonly errorRate: number;
  readonly seenAt: Date | null;
}

/** Adds up what worker processes tell of their upstreams. */
export class EndpointBoard {
  readonly #pulses: PulseBoard;

  constructor(clock: Clock) {
    this.#pulses = new PulseBoard(() => clock.now());
  }

  hear(pulse: UpstreamPulse): void {
    this.#pulses.hear(pulse);
  }

  get processes(): number {
    return this.#pulses.processes;
  }

  /** Clients whose endpoint is remembered. */
  sessionsOf(provider: string): number {
    return this.#pulses.of(provider).reduce((sum, { sessions }) => sum + sessions, 0);
  }

  stateOf({ provider, id, declared }: Endpoint): EndpointState {
    const pulses = this.#pulses.ofEndpoint(provider, id);
    const seen = pulses.flatMap(({ seenAtMs }) => seenAtMs ?? []);
    return {
      health: declared ?? healthOf(pulses),
      connections: pulses.reduce((sum, { connections }) => sum + connections, 0),
      breakers: breakersOf(pulses),
      firstTokenMs: mean(pulses.map(({ firstTokenMs }) => firstTokenMs)),
      interTokenMs: mean(pulses.map(({ interTokenMs }) => interTokenMs)),
      errorRate: mean(pulses.map(({ errorRate }) => errorRate)) ?? 0,
      seenAt: seen.length === 0 ? null : new Date(Math.max(...seen)),
    };
  }
}

/** Unhealthy when no process calls it. Nobody knows anything bad of what nobody has called. */
function healthOf(pulses: readonly EndpointPulse[]): EndpointHealth {
  if (pulses.every(({ health }) => health === 'healthy')) return 'healthy';
  return pulses.every(({ health }) => health === 'unhealthy') ? 'unhealthy' : 'degraded';
}

function breakersOf(pulses: readonly EndpointPulse[]): EndpointState['breakers'] {
  const counts = { closed: 0, 'half-open': 0, open: 0 };
  for (const { breaker } of pulses) counts[breaker] += 1;
  return counts;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
