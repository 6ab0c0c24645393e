/** Headers as Node has them, in lower case. */
export type Headers = Readonly<Record<string, unknown>>;

/** One of a provider's limits as it last told; what it did not tell is left out. */
export interface LimitSeen {
  readonly limit?: number;
  readonly remaining?: number;
  /** Until it is full again. */
  readonly resetMs?: number;
}

/** What the headers of an answer say of an account's limits. */
export interface LimitsSeen {
  readonly requests?: LimitSeen;
  readonly tokens?: LimitSeen;
  readonly inputTokens?: LimitSeen;
  readonly outputTokens?: LimitSeen;
  readonly retryAfterMs?: number;
}

/** Nobody means a longer time than this. */
const LONGEST_MS = 31 * 86_400_000;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const KINDS = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['inputTokens', 'input-tokens'],
  ['outputTokens', 'output-tokens'],
] as const;

/** Reads OpenAI's `x-ratelimit-*`, Anthropic's `anthropic-ratelimit-*` and `retry-after`; undefined: there are none. */
export function readLimits(headers: Headers): LimitsSeen | undefined {
  const limits = KINDS.flatMap(([kind, wire]) => {
    const seen = readLimit((field) => ofEither(headers, wire, field));
    return seen ? [[kind, seen] as const] : [];
  });
  const retryAfterMs = retryAfter(headers);
  if (limits.length === 0 && retryAfterMs === undefined) return undefined;
  return { ...Object.fromEntries(limits), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** How long whatever is used up stays so; undefined: nothing is. */
export function exhaustedForMs(limits: LimitsSeen): number | undefined {
  const { requests, tokens, inputTokens, outputTokens } = limits;
  const waits = [requests, tokens, inputTokens, outputTokens].flatMap((seen) =>
    seen?.remaining === 0 && seen.resetMs !== undefined ? [seen.resetMs] : [],
  );
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** `6m0s`, `1h2m3.5s`, `17ms`, seconds as a number, or a date; undefined when it is nonsense. */
export function readWait(text: string): number | undefined {
  const ms = untilMs(text.trim());
  return ms !== undefined && ms <= LONGEST_MS ? Math.round(ms) : undefined;
}

function untilMs(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text))
    return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * UNITS_MS[unit!]!,
      0,
    );
  // Date.parse alone takes almost anything for a date.
  if (!/^(\d{4}-\d\d-\d\d[T ]|[A-Z][a-z]{2},? )/.test(text)) return undefined;
  const ms = Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function ofEither(headers: Headers, kind: string, field: string): string | undefined {
  const value = headers[`x-ratelimit-${field}-${kind}`] ?? headers[`anthropic-ratelimit-${kind}-${field}`];
  return typeof value === 'string' ? value : undefined;
}

/** Some gateways send -1, or 0 of 0, for what they do not know. */
function readLimit(field: (name: string) => string | undefined): LimitSeen | undefined {
  const limit = readCount(field('limit'));
  if (field('limit') !== undefined && !limit) return undefined;
  const remaining = readCount(field('remaining'));
  const resetMs = readWait(field('reset') ?? '');
  if (limit === undefined && remaining === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(resetMs !== undefined && { resetMs }),
  };
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function retryAfter(headers: Headers): number | undefined {
  const { 'retry-after-ms': ms, 'retry-after': after } = headers;
  const exact =
    typeof ms === 'string' && /^\d+(\.\d+)?$/.test(ms.trim()) ? Math.round(Number(ms)) : undefined;
  if (exact !== undefined && exact <= LONGEST_MS) return exact;
  return typeof after === 'string' ? readWait(after) : undefined;
}
