import { type Reply, type ToolCall } from '#contracts';

/** What a reply holds besides its text and its columns, as it lies in the database. */
export interface ReplyData {
  readonly tool_calls?: readonly ToolCall[];
  readonly reasoning?: string;
  readonly cached_tokens?: number;
  readonly reasoning_tokens?: number;
  /** In seconds; 0 is an age. */
  readonly cache_age?: number;
  /** The result, where one of a certain form was asked for. */
  readonly data?: unknown;
}

/** Null where there is nothing, as for most replies; a count of 0 is nothing. */
export function replyData({
  toolCalls = [],
  reasoning = '',
  cacheAge,
  usage: { cachedTokens, reasoningTokens },
  data: result,
}: Pick<Reply, 'toolCalls' | 'reasoning' | 'usage' | 'data' | 'cacheAge'>): ReplyData | null {
  const data: ReplyData = {
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(reasoning !== '' && { reasoning }),
    ...(cachedTokens && { cached_tokens: cachedTokens }),
    ...(reasoningTokens && { reasoning_tokens: reasoningTokens }),
    ...(cacheAge !== undefined && { cache_age: cacheAge }),
    ...(result !== undefined && { data: result }),
  };
  return Object.keys(data).length === 0 ? null : data;
}
