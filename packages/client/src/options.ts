/** How a client finds its server, and how patient it is. */
export interface LlmQueueOptions {
  /** Where the gateway is, such as `http://localhost:8080`; in a browser the page's own origin by default. */
  readonly url?: string;
  readonly apiKey?: string;
  /** Whom messages are for that name nobody. */
  readonly userId?: string;
  /** How often a request is sent again, and how often a stream is opened again without anything new. */
  readonly retries?: number;
  /** Longest time for an answer. */
  readonly timeoutMs?: number;
  /** A stream of which nothing is heard for so long, not even a sign of life, is opened again. */
  readonly silenceMs?: number;
  /** Longest wait that a server may ask for; where it asks for more, the error is thrown. */
  readonly maxRetryAfterMs?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** With a key of its own a request is done once, however often it is sent. */
export interface SendOptions extends CallOptions {
  readonly idempotencyKey?: string;
}

export const DEFAULTS = {
  retries: 5,
  timeoutMs: 30_000,
  silenceMs: 60_000,
  maxRetryAfterMs: 60_000,
};
