import { type OutgoingHttpHeaders } from 'node:http';
import { type Answer } from './answer.js';
import { type Behaviour } from './behaviour.js';
import { type ChatRequest } from './chat-request.js';
import { type Counts, type SentToolCall, type Wire } from './wire.js';

/** One call to answer, and how. */
export interface Scene {
  readonly id: string;
  readonly wire: Wire;
  readonly behaviour: Behaviour;
  readonly request: ChatRequest;
  readonly answer: Answer;
}

export function headersOf({ id, wire, behaviour }: Scene, contentType: string): OutgoingHttpHeaders {
  const { retryAfter, retryAfterMs } = behaviour;
  return {
    'content-type': behaviour.contentType ?? contentType,
    ...wire.headers(id, behaviour),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
  };
}

/** One token per word of the prompt and one per delta of the reply: easy to predict in a test. */
export function countsOf({ behaviour, request }: Scene, deltas: number): Counts | undefined {
  if (behaviour.noUsage) return undefined;
  const words = request.messages.map(({ text }) => text.match(/\S+/g)?.length ?? 0);
  return {
    prompt: words.reduce((sum, count) => sum + count, 0),
    completion: deltas,
    cached: behaviour.cachedTokens ?? 0,
    reasoning: behaviour.reasoningTokens ?? 0,
  };
}

export function toolCallsOf({ id, behaviour }: Scene): SentToolCall[] {
  return (behaviour.toolCalls ?? []).map((call, i) => ({ id: `call_${id}_${i}`, ...call }));
}

export function reasonOf({ finishReason, toolCalls }: Behaviour): string {
  return finishReason ?? (toolCalls ? 'tool_calls' : 'stop');
}
