import { type ChatParameters, type ChatRequest } from '../chat.js';
import { type Quirks } from './quirks.js';

/** The body of a chat completion; our requests have its words already. */
export function chatCompletion({ model, messages, parameters = {} }: ChatRequest, quirks: Quirks): object {
  const { max_tokens, reasoning_effort, ...rest } = parameters;
  return {
    ...rest,
    ...(max_tokens !== undefined && { [quirks.maxTokens]: max_tokens }),
    ...(reasoning_effort !== undefined && effort(reasoning_effort, quirks)),
    model,
    messages,
    stream: true,
    ...(quirks.streamOptions && { stream_options: { include_usage: true } }),
  };
}

function effort(asked: NonNullable<ChatParameters['reasoning_effort']>, quirks: Quirks): object {
  return quirks.effort === 'enable_thinking'
    ? { enable_thinking: asked !== 'none' }
    : { reasoning_effort: asked };
}
