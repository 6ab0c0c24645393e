import { type Metadata } from './message.js';
import { type EndpointHealth } from './upstream.js';

export const ENDPOINT_GROUPS = ['primary', 'backup'] as const;

/** What can be said of an endpoint while the system runs. */
export interface EndpointFields {
  readonly name: string;
  /** What runs there; for whoever looks at it. */
  readonly type: string;
  readonly capabilities: readonly string[];
  /** Its part of the calls, in proportion to those of the others; 0: it gets none. */
  readonly weight: number;
  /** The lowest comes first. */
  readonly priority: number;
  readonly group: (typeof ENDPOINT_GROUPS)[number];
  /** Most calls at once, over all processes; 0: as many as the provider may have. */
  readonly maxConnections: number;
  readonly enabled: boolean;
  /** What an operator says of it; null: it is as it does. */
  readonly declared: Exclude<EndpointHealth, 'healthy'> | null;
  readonly metadata: Metadata;
}

/** One URL of a provider, from the configuration or added over the API. It belongs to the system, not to a tenant. */
export interface Endpoint extends EndpointFields {
  readonly id: string;
  readonly provider: string;
  readonly url: string;
  /** `config`: it stands in the configuration, and what has been changed of it goes on top. */
  readonly origin: 'config' | 'api';
  readonly updatedAt: Date | null;
}
