import { askedInWords } from '../asked-in-words.js';
import { type ChatMessage, type ChatParameters, type ChatRequest, type ResponseFormat } from '../chat.js';
import { type Quirks } from './quirks.js';

/** The body of a chat completion; our requests have its words already. */
export function chatCompletion(request: ChatRequest, quirks: Quirks): object {
  const { model, messages, parameters = {} } = quirks.someSchemas ? inWords(request) : request;
  const { max_tokens, reasoning_effort, ...rest } = parameters;
  return {
    ...rest,
    ...(max_tokens !== undefined && { [quirks.maxTokens]: max_tokens }),
    ...(reasoning_effort !== undefined && effort(reasoning_effort, quirks)),
    model,
    messages: messages.map(asTold),
    stream: true,
    ...(quirks.streamOptions && { stream_options: { include_usage: true } }),
  };
}

/** An answer that is nothing but calls has no content, in their words; an empty one is refused by some. */
function asTold(message: ChatMessage): object {
  const onlyCalls = message.role === 'assistant' && message.tool_calls && message.content === '';
  return onlyCalls ? { ...message, content: null } : message;
}

function effort(asked: NonNullable<ChatParameters['reasoning_effort']>, quirks: Quirks): object {
  return quirks.effort === 'enable_thinking'
    ? { enable_thinking: asked !== 'none' }
    : { reasoning_effort: asked };
}

/** The schema goes into the prompt; what is no object cannot be asked for otherwise. */
function inWords(request: ChatRequest): ChatRequest {
  const { response_format: format, ...rest } = request.parameters ?? {};
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  if (schema === undefined) return request;
  const response_format: ResponseFormat = { type: schema['type'] === 'object' ? 'json_object' : 'text' };
  return {
    ...request,
    messages: askedInWords(request.messages, schema),
    parameters: { ...rest, response_format },
  };
}
