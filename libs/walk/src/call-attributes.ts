import { type Attributes } from '#observability';
import { type ChatRequest, textOf } from '#providers';
import { type Said, type WatchedRequest } from './call-watch.js';

/** A call in the words of OpenTelemetry's conventions for generative AI; `gen_ai.provider.name` is ours, where it is none of theirs. */
export function requestAttributes({ labels, kind, request }: WatchedRequest): Attributes {
  const { parameters = {} } = request;
  const { stop, response_format: format } = parameters;
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': kind === 'anthropic' ? kind : labels.provider,
    'gen_ai.request.model': labels.model,
    'gen_ai.request.temperature': parameters.temperature,
    'gen_ai.request.top_p': parameters.top_p,
    'gen_ai.request.max_tokens': parameters.max_tokens,
    'gen_ai.request.frequency_penalty': parameters.frequency_penalty,
    'gen_ai.request.presence_penalty': parameters.presence_penalty,
    'gen_ai.request.seed': parameters.seed,
    'gen_ai.request.stop_sequences': typeof stop === 'string' ? [stop] : stop,
    'gen_ai.output.type': format && format.type !== 'text' ? 'json' : 'text',
  };
}

export function answerAttributes({ usage, reason }: Said): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.promptTokens,
    'gen_ai.usage.output_tokens': usage.completionTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
    'gen_ai.response.finish_reasons': reason === null ? undefined : [reason],
    'llmq.usage.estimated': usage.estimated,
  };
}

/** What was said, for whoever wants it recorded; of pictures nothing. */
export function saidAttributes({ messages }: ChatRequest, { text, reason }: Said): Attributes {
  const input = messages.map(({ role, content }) => ({ role, parts: partsOf(textOf(content)) }));
  const output = [{ role: 'assistant', parts: partsOf(text), finish_reason: reason ?? 'stop' }];
  return {
    'gen_ai.input.messages': JSON.stringify(input),
    'gen_ai.output.messages': JSON.stringify(output),
  };
}

function partsOf(content: string) {
  return [{ type: 'text', content }];
}
