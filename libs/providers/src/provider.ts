import { AppError, type Usage } from '#contracts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly model: string;
  /** Travels to the provider, so that its log and ours can be held together. */
  readonly requestId: string;
  /** What `metadata.simulate` of the message asks of the simulator; other providers ignore it. */
  readonly simulate?: unknown;
}

/** What a provider tells while it answers: text as it comes, then at most one `finish` with the usage. */
export type ProviderEvent =
  | { readonly type: 'delta'; readonly text: string }
  /** A sign of life that is no text: the model thinks. */
  | { readonly type: 'thinking' }
  | { readonly type: 'finish'; readonly reason: string | null; readonly usage?: Usage };

/** A kind of upstream with its account. `provider.conformance.ts` is the specification. */
export interface Provider {
  readonly name: string;
  readonly model: string;
  /** Most calls at once over all processes. */
  readonly maxConcurrency: number;
  /**
   * Makes one call. Throws AppErrors with provider codes; aborting the signal ends the call at once and
   * throws the signal's reason.
   */
  stream(request: ChatRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
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
