import { type ChatMessage, type ChatParameters, type ChatRequest, type JsonSchema, textOf } from '../chat.js';
import { askedInWords } from '../asked-in-words.js';
import { conversationOf } from './conversation.js';
import { outputSchema } from './output-schema.js';

const JSON_ONLY = 'Answer with one JSON object and nothing else.';

/** The body of a request to the Messages API, with everything of ours that it has words for. */
export function messagesRequest(request: ChatRequest, maxTokens: number): object {
  const { model, parameters = {} } = request;
  const schema = schemaOf(parameters);
  const output = schema && outputSchema(schema);
  const messages = schema && !output ? askedInWords(request.messages, schema) : request.messages;
  const { max_tokens = maxTokens, temperature, top_p, stop, tools } = parameters;
  const system = systemOf(messages, parameters);
  return {
    model,
    max_tokens,
    stream: true,
    messages: conversationOf(messages),
    ...(system !== '' && { system }),
    // It knows 0 to 1 where OpenAI's words go up to 2.
    ...(temperature !== undefined && { temperature: Math.min(1, temperature) }),
    ...(top_p !== undefined && { top_p }),
    ...(stop !== undefined && { stop_sequences: typeof stop === 'string' ? [stop] : stop }),
    ...(tools && { tools: tools.map(toolOf) }),
    ...choiceIn(parameters),
    ...thinkingOf(parameters, messages),
    ...outputOf(parameters, output),
  };
}

function systemOf(messages: readonly ChatMessage[], { response_format }: ChatParameters): string {
  const said = messages.filter(({ role }) => role === 'system').map(({ content }) => textOf(content));
  return [...said, ...(response_format?.type === 'json_object' ? [JSON_ONLY] : [])]
    .filter((text) => text !== '')
    .join('\n\n');
}

type Tool = NonNullable<ChatParameters['tools']>[number];

function toolOf({ function: { name, description, parameters } }: Tool): object {
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: parameters ?? { type: 'object' },
  };
}

/** That there is to be one call at most is a part of the choice here; where none may be called there is nothing to say. */
function choiceIn({ tools, tool_choice, parallel_tool_calls }: ChatParameters): object {
  const alone = parallel_tool_calls === false && tools !== undefined && tool_choice !== 'none';
  if (tool_choice === undefined && !alone) return {};
  const choice = choiceOf(tool_choice ?? 'auto');
  return { tool_choice: alone ? { ...choice, disable_parallel_tool_use: true } : choice };
}

function choiceOf(choice: NonNullable<ChatParameters['tool_choice']>): object {
  if (typeof choice !== 'string') return { type: 'tool', name: choice.function.name };
  return { type: choice === 'required' ? 'any' : choice };
}

/**
 * A model that is made to call a tool may not think. And an answer to a tool's result must begin with the thoughts that led
 * to the call, signed; those we do not keep, so the model goes on without thinking.
 */
function thinkingOf(
  { reasoning_effort, tool_choice = 'auto' }: ChatParameters,
  messages: readonly ChatMessage[],
): object {
  if (reasoning_effort === undefined) return {};
  const mustCall = tool_choice !== 'auto' && tool_choice !== 'none';
  const off = reasoning_effort === 'none' || mustCall || messages.at(-1)?.role === 'tool';
  return { thinking: off ? { type: 'disabled' } : { type: 'adaptive', display: 'summarized' } };
}

function schemaOf({ response_format: format }: ChatParameters): JsonSchema | undefined {
  return format?.type === 'json_schema' ? format.json_schema.schema : undefined;
}

function outputOf({ reasoning_effort }: ChatParameters, schema: JsonSchema | undefined): object {
  const effort = reasoning_effort === 'minimal' ? 'low' : reasoning_effort;
  const config = {
    ...(effort !== undefined && effort !== 'none' && { effort }),
    ...(schema && { format: { type: 'json_schema', schema } }),
  };
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}
