import { type Catalogs } from '#catalog';
import { type QueueSettings } from '#config';
import { type Caller, type ChatMessage, type CreateMessage, type Priority, textOf } from '#contracts';
import { type HealthOf, route, type Routing } from '#routing';
import { type QueueView } from './queue-view.js';
import { type Task } from './tasks/task.js';
import { sizeOf } from './tasks/tasks.js';

/** Characters of a token, roughly; what it gets wrong is settled when the provider has counted. */
const CHARACTERS_PER_TOKEN = 4;

/** An upstream that opens again sooner is as good as open. */
const SHORT_PAUSE_MS = 1_000;

/** What a message is expected to use, in tokens. */
export interface Expected {
  readonly input: number;
  readonly output: number;
}

/** Who may serve a message. */
export class FindRoute {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly view: QueueView,
    private readonly queue: QueueSettings,
  ) {}

  /** @throws AppError provider_unknown, model_unknown, task_type_unknown, no_target */
  run(
    { tenantId }: Caller,
    request: CreateMessage,
    decided: { readonly priority: Priority; readonly metadata: Readonly<Record<string, unknown>> },
    task: Task,
    { input, output }: Expected,
  ): Routing {
    const { parameters } = task;
    const facts = {
      ...decided,
      tenantId,
      userId: request.user_id,
      promptTokens: input,
      outputTokens: output,
      ...(request.data !== undefined && { dataSize: sizeOf(request.data) }),
      ...(parameters.temperature !== undefined && { temperature: parameters.temperature }),
    };
    const asked = {
      provider: request.provider,
      model: request.model,
      taskType: request.task_type,
      maxTokens: parameters.max_tokens,
      requires: requiredBy(task),
    };
    return route(facts, asked, this.catalogs.now, this.#healthOf);
  }

  expectedOf(task: Task): Expected {
    const { expected_output } = this.queue.value;
    return { input: promptTokensOf(task), output: task.parameters.max_tokens ?? expected_output };
  }

  readonly #healthOf: HealthOf = ({ provider }) => {
    const ms = this.view.pausedMs(provider);
    return ms > SHORT_PAUSE_MS ? `takes nothing for ${Math.ceil(ms / 1_000)} s` : undefined;
  };
}

/** What the message itself is expected to have; nobody has read its conversation yet. */
function promptTokensOf({ content, system, messages, parameters: { tools }, schema }: Task): number {
  const described = [tools, schema ?? undefined].map(sizeOf);
  const told = messages ? charactersOf(messages) : content.length + system.length;
  const characters = described.reduce((sum, size) => sum + size, told);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function charactersOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? sizeOf(message.tool_calls) : 0;
    return sum + textOf(message.content).length + calls;
  }, 0);
}

function requiredBy({ messages, parameters: { tools, response_format }, schema }: Task) {
  const needs = [
    'chat',
    messages?.some(hasPicture) && 'vision',
    tools && tools.length > 0 && 'tools',
    (schema !== null || (response_format && response_format.type !== 'text')) && 'json',
  ] as const;
  return needs.filter((need) => need !== false && need !== undefined);
}

function hasPicture({ content }: ChatMessage): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'image_url');
}
