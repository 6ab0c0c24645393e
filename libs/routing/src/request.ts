import { type Capability, type Target } from '#catalog';
import { type Priority } from '#contracts';

/** What is known of a message before anybody answers it. */
export interface MessageFacts {
  readonly priority: Priority;
  readonly tenantId: string;
  readonly userId: string;
  /** As far as it can be told without the provider. */
  readonly promptTokens: number;
  /** That are to be expected of the reply; costs are compared by it. */
  readonly outputTokens: number;
  /** Characters of the data. */
  readonly dataSize?: number;
  readonly temperature?: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the client asked for; a provider or a model that is empty or `auto` is chosen. */
export interface RouteRequest {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly taskType?: string | undefined;
  /** Most tokens of the reply. */
  readonly maxTokens?: number | undefined;
  /** What the model must be able to do; without it, `chat`. */
  readonly requires?: readonly Capability[] | undefined;
}

/** Why a target should not be called now; undefined: it is healthy. */
export type HealthOf = (target: Target) => string | undefined;

/** How well a target does in each respect, from 0 to 1. */
export interface Parts {
  readonly cost: number;
  readonly speed: number;
  readonly quality: number;
}

/** A target that was thought of, and what became of it. */
export interface Candidate extends Target {
  readonly score: number;
  readonly parts: Parts;
  /** Why it cannot serve the message. */
  readonly rejected?: string;
  /** Why it comes last. */
  readonly unhealthy?: string;
}

/** Who may serve a message, in order, and why. */
export interface Routing {
  readonly targets: readonly Target[];
  /** The targets and what was rejected, in this order. */
  readonly candidates: readonly Candidate[];
  /** What decided, beside the request. */
  readonly rule?: string;
  /** How old an answer to an equal message may be that is used; undefined: nothing but the request asks for one. */
  readonly cacheTtlMs?: number;
}
