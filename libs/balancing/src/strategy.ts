import { type EndpointLoad } from './endpoint-load.js';

/** An endpoint as a strategy sees it: what is configured of it, and how it does in this process. */
export interface Candidate {
  readonly id: string;
  /** More than 0. */
  readonly weight: number;
  /** The lowest comes first. */
  readonly priority: number;
  /** Calls under way. */
  readonly connections: number;
  readonly load: EndpointLoad;
}

/** For whom a call is made, as far as it is known. */
export interface Client {
  readonly clientIp?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
}

/** A way of choosing among endpoints, with its own memory. `strategy.conformance.ts` is the specification. */
export interface Strategy {
  /** One of the candidates, of which there is at least one and all of which may be used. */
  pick<C extends Candidate>(candidates: readonly C[], client: Client): C;
}

/** What a strategy may need from outside. */
export interface StrategyTools {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** In ms. */
  readonly now: () => number;
}
