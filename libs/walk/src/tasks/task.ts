import {
  fillTemplate,
  type GenerationParameters,
  hasPlaceFor,
  type JsonSchema,
  type TaskTypeSpec,
} from '#catalog';
import { type MessageOptions } from '#contracts';
import { type Words } from '#conversations';
import { type ChatParameters } from '#providers';

/** What of a message makes its task. */
export interface Asked {
  readonly userId: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly options: MessageOptions | null;
}

/** What a message is to a model: its words, how it is to answer, and what must come back. */
export interface Task extends Words {
  readonly parameters: ChatParameters;
  /** Of the result; null: any text. */
  readonly schema: JsonSchema | null;
}

/** What holds for messages without a task type. */
const PLAIN = { prompt: '{{prompt}}', system: null, result: null, parameters: {} } as const;

/** The words of a message of no type that brings no data are its own: filling a template with them takes 3 µs. */
export function taskOf(type: TaskTypeSpec | undefined, asked: Asked): Task {
  const { content, options } = asked;
  if (type || !isNothing(options?.data)) return taskOfTemplate(type, asked);
  const { system_prompt: system = '', messages } = options ?? {};
  const parameters = { ...(options?.parameters as ChatParameters | undefined) };
  const schema = messages ? null : (schemaOf(parameters) ?? null);
  return { system, content, ...(messages && { messages }), parameters, schema };
}

/** The request says more than its type; nothing that the client sent is left out for want of a place in the template. */
function taskOfTemplate(type: TaskTypeSpec | undefined, { userId, content, metadata, options }: Asked): Task {
  const { prompt, system, result, parameters } = type ?? PLAIN;
  const { system_prompt = '', data, messages } = options ?? {};
  // What was stored has no undefined in it: it was JSON.
  const own = (options?.parameters ?? {}) as ChatParameters;
  // Who brings the whole chat judges the answer, too: it is passed on as it is.
  const schema = messages ? null : (schemaOf(own) ?? result);
  const user_id = userId;
  const values = { prompt: content, data, schema, task_type: type?.name, user_id, metadata };
  const template = `${prompt}${system ?? ''}`;
  const left = (['prompt', 'data'] as const).filter(
    (name) => !isNothing(values[name]) && !hasPlaceFor(template, name),
  );
  const whole = [prompt, ...left.map((name) => `{{${name}}}`)].join('\n\n');
  const told = [fillTemplate(system ?? '', values), system_prompt].filter((text) => text !== '');
  const filled = fillTemplate(whole, values);
  return {
    system: told.join('\n\n'),
    content: type ? filled.trim() : filled,
    ...(messages && { messages }),
    parameters: { ...parametersOf(parameters), ...own },
    schema,
  };
}

function schemaOf({ response_format: format }: ChatParameters): JsonSchema | undefined {
  return format?.type === 'json_schema' ? format.json_schema.schema : undefined;
}

function parametersOf(parameters: GenerationParameters): ChatParameters {
  const { topP, maxTokens, frequencyPenalty, presencePenalty, ...same } = parameters;
  return {
    ...same,
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }),
    ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }),
  };
}

/** The provider is asked for the result in its own words, or in the client's where it has any. */
export function askingFor({ parameters, schema }: Task, taskType: string | undefined): ChatParameters {
  if (schema === null || parameters.response_format?.type === 'json_schema') return parameters;
  const name = (taskType ?? 'result').replaceAll(/[^\w-]/g, '_');
  return { ...parameters, response_format: { type: 'json_schema', json_schema: { name, schema } } };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
