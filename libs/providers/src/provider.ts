import { type EndpointSpec, type KeySpec, type ProviderSpec } from '#catalog';
import { AppError, type Usage } from '#contracts';
import { type ChatRequest, type ParameterName } from './chat.js';
import { type LimitsSeen } from './limits-seen.js';

/** The way that one call takes; whoever makes the call has chosen it. */
export interface Via {
  /** `guarded`: somebody has chosen its address over the API, so that every connection to it is checked. */
  readonly endpoint: EndpointSpec & { readonly guarded?: boolean | undefined };
  /** Undefined for a provider that wants none. */
  readonly key: KeySpec | undefined;
}

/** A piece of a call that the model asks for: id and name come with the first one, the arguments bit by bit. */
export interface ToolCallDelta {
  readonly type: 'tool_call';
  /** Which of the answer's calls, from 0. */
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments: string;
}

/** What a provider tells while it answers; `finish` comes at most once, and last. */
export type ProviderEvent =
  /**
   * What the provider says of its limits: before everything else, and before a refusal too. It is no part of the answer:
   * as long as nothing but this has come, no first byte has.
   */
  | { readonly type: 'limits'; readonly limits: LimitsSeen }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** A sign of life that says nothing: the model thinks, and keeps it to itself. */
  | { readonly type: 'thinking' }
  | ToolCallDelta
  | { readonly type: 'finish'; readonly reason: string | null; readonly usage?: Usage };

/** An account with its adapter. `provider.conformance.ts` is the specification. */
export interface Provider {
  readonly spec: ProviderSpec;
  readonly name: string;
  /** The model that answers unless the request names another one. */
  readonly model: string;
  /** Most calls at once over all processes. */
  readonly maxConcurrency: number;
  /** What requests may say and this API has no word for. */
  readonly ignores: readonly ParameterName[];
  /**
   * Makes one call. Throws AppErrors with provider codes, whose cause is an UpstreamError where the provider has said why;
   * aborting the signal ends the call at once and throws the signal's reason.
   */
  stream(request: ChatRequest, via: Via, signal: AbortSignal): AsyncIterable<ProviderEvent>;
  /** Ends every call that still runs. */
  close(): Promise<void>;
}

/** The providers that are on, each with a lane of its own name. */
export class Providers {
  readonly #byName: ReadonlyMap<string, Provider>;

  constructor(readonly all: readonly Provider[]) {
    this.#byName = new Map(all.map((provider) => [provider.name, provider]));
  }

  /** @throws AppError provider_unknown */
  of(lane: string): Provider {
    const provider = this.#byName.get(lane);
    if (!provider) throw new AppError('provider_unknown', `There is no provider ${lane} here`);
    return provider;
  }
}
