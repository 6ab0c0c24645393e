import { type Message, type Reply, type Usage } from '#contracts';
import { tierOf } from './chat-request.js';

const REASONS: ReadonlySet<string> = new Set(['stop', 'length', 'tool_calls', 'content_filter']);

/** A completed message as OpenAI's `chat.completion`. */
export function completionView(message: Message, reply: Reply) {
  return {
    ...headOf(message, 'chat.completion', reply.model),
    choices: [
      {
        index: 0,
        message: assistantView(reply),
        logprobs: null,
        finish_reason: finishReasonOf(reply.finishReason),
      },
    ],
    usage: usageView(reply.usage),
  };
}

/** What an answer and each of its chunks begin with. */
export function headOf(message: Message, object: string, model = modelOf(message)) {
  return {
    id: completionIdOf(message.id),
    object,
    created: Math.floor(message.createdAt.getTime() / 1_000),
    model,
    service_tier: tierOf(message.priority),
  };
}

/** `chatcmpl-…` and `msg_…` with the same digits are the same thing. */
export function completionIdOf(messageId: string): string {
  return messageId.replace(/^msg_/, 'chatcmpl-');
}

export function finishReasonOf(reason: string | null | undefined): string {
  return reason && REASONS.has(reason) ? reason : 'stop';
}

export function usageView({ promptTokens, completionTokens, cachedTokens, reasoningTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens !== undefined && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    }),
  };
}

function assistantView({ content, toolCalls, reasoning }: Reply) {
  return {
    role: 'assistant',
    content: content === '' && toolCalls ? null : content,
    refusal: null,
    annotations: [],
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(toolCalls && { tool_calls: toolCalls }),
  };
}

function modelOf({ targets, target, lane }: Message): string {
  return targets[target]?.model ?? lane;
}
