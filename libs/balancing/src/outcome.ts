import { type ErrorCode } from '#contracts';

/** What a provider said of one of its limits, as far as it did. */
export interface LimitSeen {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  readonly resetMs?: number | undefined;
}

export interface LimitsSeen {
  readonly requests?: LimitSeen | undefined;
  readonly tokens?: LimitSeen | undefined;
  readonly inputTokens?: LimitSeen | undefined;
  readonly outputTokens?: LimitSeen | undefined;
}

/** How a call ended. */
export interface Outcome {
  /** `stopped`: by us, which says nothing of the upstream. */
  readonly result: 'ok' | 'stopped' | ErrorCode;
  /** What the provider asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Unless `firstToken` was called. */
  readonly ttftMs?: number | undefined;
  /** Mean time between two tokens. */
  readonly interTokenMs?: number | undefined;
  readonly limits?: LimitsSeen | undefined;
}

/** Whose doing the end of a call was. */
export type Blame =
  | 'nobody'
  | 'endpoint'
  /** The key has been used too often in this minute. */
  | 'rate'
  /** The key may not be used any more today, or until somebody pays. */
  | 'quota'
  /** The provider does not accept the key. */
  | 'key';

const BLAMES: Readonly<Partial<Record<Outcome['result'], Blame>>> = {
  provider_unavailable: 'endpoint',
  provider_timeout: 'endpoint',
  provider_bad_response: 'endpoint',
  provider_overloaded: 'endpoint',
  provider_rate_limited: 'rate',
  provider_quota_exhausted: 'quota',
  provider_unauthorized: 'key',
};

/** What the request itself is to blame for, and what we stopped, is nobody's doing. */
export function blameFor(result: Outcome['result']): Blame {
  return BLAMES[result] ?? 'nobody';
}

/** Less than this part of a minute's tokens is too little for another call. */
const LEAST_TOKENS = 0.01;

/** How long a key should rest by what the provider said of its limits; undefined: not at all. */
export function restBy({ requests, tokens, inputTokens, outputTokens }: LimitsSeen): number | undefined {
  const rests = [
    restOf(requests, 0),
    ...[tokens, inputTokens, outputTokens].map((seen) => restOf(seen, LEAST_TOKENS)),
  ];
  const rest = Math.max(...rests);
  return rest > 0 ? rest : undefined;
}

/** Some send −1, or 0 of 0, for what they do not know. */
function restOf(seen: LimitSeen | undefined, least: number): number {
  const { limit, remaining, resetMs = 0 } = seen ?? {};
  if (remaining === undefined || remaining < 0 || (limit !== undefined && limit <= 0)) return 0;
  return remaining <= (limit ?? 0) * least ? resetMs : 0;
}
