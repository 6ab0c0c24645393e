import { type Catalogs } from '#catalog';
import { type QueueSettings } from '#config';
import { type Caller, type CreateMessage, type Priority } from '#contracts';
import { type HealthOf, route, type Routing } from '#routing';
import { type QueueView } from './queue-view.js';

/** Characters of a token, roughly; what it gets wrong is settled when the provider has counted. */
const CHARACTERS_PER_TOKEN = 4;

/** An upstream that opens again sooner is as good as open. */
const SHORT_PAUSE_MS = 1_000;

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
  ): Routing {
    const { parameters = {} } = request;
    const facts = {
      ...decided,
      tenantId,
      userId: request.user_id,
      promptTokens: promptTokensOf(request),
      outputTokens: parameters.max_tokens ?? this.queue.value.expected_output,
      ...(parameters.temperature !== undefined && { temperature: parameters.temperature }),
    };
    const asked = {
      provider: request.provider,
      model: request.model,
      maxTokens: parameters.max_tokens,
      requires: requiredBy(parameters),
    };
    return route(facts, asked, this.catalogs.now, this.#healthOf);
  }

  /** What all of its tokens are expected to be. */
  costOf(request: CreateMessage): number {
    return promptTokensOf(request) + this.queue.value.expected_output;
  }

  readonly #healthOf: HealthOf = ({ provider }) => {
    const ms = this.view.pausedMs(provider);
    return ms > SHORT_PAUSE_MS ? `takes nothing for ${Math.ceil(ms / 1_000)} s` : undefined;
  };
}

/** What the request itself is expected to have; nobody has read its conversation yet. */
export function promptTokensOf({ content, system_prompt = '', parameters }: CreateMessage): number {
  const tools = parameters?.tools ? JSON.stringify(parameters.tools).length : 0;
  return Math.ceil((content.length + system_prompt.length + tools) / CHARACTERS_PER_TOKEN);
}

function requiredBy({ tools, response_format }: NonNullable<CreateMessage['parameters']>) {
  const needs = [
    'chat',
    tools && tools.length > 0 && 'tools',
    response_format && response_format.type !== 'text' && 'json',
  ] as const;
  return needs.filter((need) => need !== false && need !== undefined);
}
