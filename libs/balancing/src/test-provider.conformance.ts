import { type BalancingSpec, type KeySpec } from '#catalog';
import { type Log, Metrics } from '#observability';
import { type BalancedProvider } from './pool.js';
import { type UpstreamEndpoint } from './upstream-endpoint.js';
import { Upstreams, type UpstreamsOptions } from './upstreams.js';

export function endpoint(id: string, fields: Partial<UpstreamEndpoint> = {}): UpstreamEndpoint {
  const usual = { weight: 1, maxConnections: 0, priority: 1, group: 'primary' } as const;
  return { id, url: `http://${id}.test/v1`, ...usual, ...fields };
}

export function key(id: string, fields: Partial<KeySpec> = {}): KeySpec {
  return { id, secret: `secret of ${id}`, weight: 1, limits: {}, ...fields };
}

export function balancing(fields: Partial<BalancingSpec> = {}): BalancingSpec {
  return { strategy: 'round_robin', affinity: 'none', affinityTimeoutMs: 60_000, ...fields };
}

/** The provider `p` with two endpoints and one key, where nothing else is said. */
export function provider(fields: Partial<BalancedProvider> = {}): BalancedProvider {
  const endpoints = [endpoint('a'), endpoint('b')];
  return { name: 'p', endpoints, keys: [key('k')], balancing: balancing(), ...fields };
}

/** What was said, by level. */
export class TestLog implements Log {
  readonly lines: string[] = [];
  debug = (): void => undefined;
  info = (): void => undefined;
  warn = (...said: unknown[]): void => void this.lines.push(`warn ${JSON.stringify(said)}`);
  error = (...said: unknown[]): void => void this.lines.push(`error ${JSON.stringify(said)}`);
}

export function openUpstreams(options: UpstreamsOptions, log: Log = new TestLog()): Upstreams {
  return new Upstreams(new Metrics(), log, options);
}
