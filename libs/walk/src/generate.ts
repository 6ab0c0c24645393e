import { type MessageSettings } from '#config';
import { type Message, type ToolCall, type Usage } from '#contracts';
import { type Metrics } from '#observability';
import {
  type ChatRequest,
  countMessageTokens,
  countParameterTokens,
  countTokens,
  type Providers,
  type Via,
} from '#providers';
import { Answer } from './answer.js';
import { type CallFor, type CallProvider } from './call-provider.js';
import { CallWatch, isSaid } from './call-watch.js';
import { type AttemptState } from './end-attempt.js';
import { NO_USAGE } from './usage.js';

/** How a call to the provider went. */
export interface Generated {
  readonly callId: string | null;
  readonly provider: string;
  readonly model: string;
  readonly finishReason: string | null;
  readonly usage: Usage;
  readonly toolCalls: readonly ToolCall[];
  /** Empty: it told nothing of its thoughts. */
  readonly reasoning: string;
  /** Undefined: a provider has just made it. */
  readonly cacheAge?: number;
  /** The result, where one of a certain form was asked for. */
  readonly data?: unknown;
}

/** One call to the provider, streamed into the reply. */
export class Generate {
  constructor(
    private readonly providers: Providers,
    private readonly calls: CallProvider,
    private readonly settings: MessageSettings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @throws AppError with the provider's codes, or reply_too_large
   * @throws Stopped when the signal says so
   */
  async run(state: AttemptState, signal: AbortSignal): Promise<Generated> {
    const { message, callId, writer } = state;
    const provider = this.providers.of(message.lane);
    const labels = { provider: provider.name, model: state.model };
    const asked = requestOf(state);
    const { kind } = provider.spec;
    const watch = new CallWatch({ labels, kind, request: asked, span: state.span }, this.metrics);
    const { traceparent } = watch;
    const request = traceparent === undefined ? asked : { ...asked, traceparent };
    try {
      const answer = new Answer(writer, this.settings.value.max_reply_length);
      const onWay = (via: Via) => {
        const { endpoint, key } = via;
        state.called = true;
        state.endpoint = endpoint.id;
        if (key) state.keyId = key.id;
        watch.goes(via);
      };
      const wanted = { provider, request, whom: whomFor(message), tokens: message.cost, onWay };
      for await (const event of this.calls.stream(wanted, signal)) {
        state.heard ||= isSaid(event);
        watch.take(event);
        answer.take(event);
      }
      const { reason, usage, toolCalls, reasoning } = answer.end();
      const counted = usage ?? estimate(request, wordsOf(writer.text, reasoning, toolCalls));
      watch.succeeded({ usage: counted, reason, text: writer.text });
      return { callId, ...labels, finishReason: reason, usage: counted, toolCalls, reasoning };
    } catch (error) {
      watch.failed(error);
      throw error;
    }
  }
}

/** What an answer has used that was not paid for before. */
export function paidFor({ usage, cacheAge }: Generated): Usage {
  return cacheAge === undefined ? usage : NO_USAGE;
}

/** What is asked of the provider. */
export function requestOf({ message, prompt: messages, model, task }: AttemptState): ChatRequest {
  const { requestId, metadata } = message;
  const parameters = task?.parameters ?? {};
  return { messages, model, requestId, simulate: metadata['simulate'], parameters };
}

/** A conversation stays on one endpoint where the provider's affinity is by session. */
function whomFor({ tenantId, userId, conversationId, id, options }: Message): CallFor {
  const clientIp = options?.client;
  return { userId: `${tenantId}\n${userId}`, sessionId: conversationId ?? id, clientIp };
}

/** All that the model has written, for an estimate of what it costs. */
function wordsOf(text: string, reasoning: string, toolCalls: readonly ToolCall[]): string {
  const calls = toolCalls.map(({ function: { name, arguments: json } }) => name + json);
  return [text, reasoning, ...calls].join('');
}

/** For a provider that sends no usage. */
export function estimate(
  { messages, parameters = {} }: Pick<ChatRequest, 'messages' | 'parameters'>,
  reply: string,
): Usage {
  const promptTokens = countMessageTokens(messages) + countParameterTokens(parameters);
  return { promptTokens, completionTokens: countTokens(reply), estimated: true };
}
