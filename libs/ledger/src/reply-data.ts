import { type Reply, type ToolCall } from '#contracts';

/** What a reply holds besides its text and its columns, as it lies in the database. */
export interface ReplyData {
  readonly tool_calls?: readonly ToolCall[];
  readonly reasoning?: string;
  readonly cached_tokens?: number;
  readonly reasoning_tokens?: number;
  /** The result, where one of a certain form was asked for. */
  readonly data?: unknown;
}

/** Null where there is nothing, as for most replies; a count of 0 is nothing. */
export function replyData({
  toolCalls = [],
  reasoning = '',
  usage: { cachedTokens, reasoningTokens },
  data: result,
}: Pick<Reply, 'toolCalls' | 'reasoning' | 'usage' | 'data'>): ReplyData | null {
  const data: ReplyData = {
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(reasoning !== '' && { reasoning }),
    ...(cachedTokens && { cached_tokens: cachedTokens }),
    ...(reasoningTokens && { reasoning_tokens: reasoningTokens }),
    ...(result !== undefined && { data: result }),
  };
  return Object.keys(data).length === 0 ? null : data;
}
