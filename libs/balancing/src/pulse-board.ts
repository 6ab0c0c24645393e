import { type Others } from './others.js';
import { type EndpointPulse, type KeyPulse, type ProviderPulse, type UpstreamPulse } from '#contracts';

/** A process that has not been heard for this long is gone, or its numbers are not worth anything any more. */
const SILENT_MS = 5_000;

/** More than there are worker processes anywhere; a bound for whoever sends what he likes. */
const MOST_PROCESSES = 1_000;

interface Heard {
  readonly at: number;
  readonly pulse: UpstreamPulse;
}

/** What worker processes last told of their upstreams. */
export class PulseBoard {
  readonly #heard = new Map<string, Heard>();

  constructor(private readonly now: () => number) {}

  hear(pulse: UpstreamPulse): void {
    if (this.#heard.size >= MOST_PROCESSES && !this.#heard.has(pulse.processId)) return;
    this.#heard.set(pulse.processId, { at: this.now(), pulse });
  }

  /** Those that live. */
  get processes(): number {
    this.#forget();
    return this.#heard.size;
  }

  /** What each process tells of a provider. */
  of(provider: string): ProviderPulse[] {
    this.#forget();
    return [...this.#heard.values()].flatMap(({ pulse }) => pulse.providers[provider] ?? []);
  }

  ofEndpoint(provider: string, id: string): EndpointPulse[] {
    return this.of(provider).flatMap(({ endpoints }) => endpoints[id] ?? []);
  }

  ofKey(provider: string, id: string): KeyPulse[] {
    return this.of(provider).flatMap(({ keys }) => keys[id] ?? []);
  }

  /** With whom an endpoint is shared. */
  onEndpoint(provider: string, id: string): Others {
    return { processes: this.processes + 1, connections: () => sum(this.ofEndpoint(provider, id)) };
  }

  withKey(provider: string, id: string): Others {
    return { processes: this.processes + 1, connections: () => sum(this.ofKey(provider, id)) };
  }

  #forget(): void {
    for (const [id, { at }] of this.#heard) if (this.now() - at > SILENT_MS) this.#heard.delete(id);
  }
}

function sum(pulses: readonly { readonly connections: number }[]): number {
  return pulses.reduce((total, { connections }) => total + connections, 0);
}
