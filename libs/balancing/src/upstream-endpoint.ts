import { type EndpointSpec } from '#catalog';

/** An endpoint as an operator has left it. */
export interface UpstreamEndpoint extends EndpointSpec {
  /** Without it, it is used. */
  readonly enabled?: boolean | undefined;
  /** What an operator says of it; `unhealthy` is not used. */
  readonly declared?: 'degraded' | 'unhealthy' | undefined;
  /** Somebody has chosen its address over the API, so that every connection to it is checked. */
  readonly guarded?: boolean | undefined;
}
