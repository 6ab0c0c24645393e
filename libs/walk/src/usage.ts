import { type Usage } from '#contracts';

export const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0, estimated: false };

/** As far as we know. */
export const NOTHING_SEEN: Usage = { ...NO_USAGE, estimated: true };

/** Of two calls together; what neither of them told stays untold. */
export function plus(a: Usage, b: Usage): Usage {
  const cached = sum(a.cachedTokens, b.cachedTokens);
  const reasoning = sum(a.reasoningTokens, b.reasoningTokens);
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    estimated: a.estimated || b.estimated,
    ...(cached !== undefined && { cachedTokens: cached }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
