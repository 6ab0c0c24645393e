import { type IncomingHttpHeaders } from 'node:http';
import {
  AppError,
  type ChatMessage,
  type CompletionMessage,
  type Content,
  type CreateCompletion,
  type CreateMessage,
  type Priority,
  PRIORITIES,
  textOf,
  toPriority,
} from '#contracts';

/** What is ours, and OpenAI has no field for: in the body, or as a header where the body is not in one's hands. */
export const PRIORITY_HEADER = 'x-priority';
export const DISCONNECT_HEADER = 'x-on-disconnect';

type OnDisconnect = NonNullable<CreateCompletion['on_disconnect']>;

const TIERS: Readonly<Record<NonNullable<CreateCompletion['service_tier']>, Priority | undefined>> = {
  auto: undefined,
  default: 'normal',
  flex: 'low',
  priority: 'high',
  fast: 'high',
  scale: 'high',
};

/** The request with what its headers say; the body wins. @throws AppError invalid_priority, invalid_request */
export function withHeaders(body: CreateCompletion, headers: IncomingHttpHeaders): CreateCompletion {
  const { priority = priorityIn(headers), on_disconnect = onDisconnectIn(headers) } = body;
  return { ...body, ...(priority && { priority }), ...(on_disconnect && { on_disconnect }) };
}

/** The message that a chat completion is. */
export function messageOf(
  body: CreateCompletion,
  { keyName, maxWaitMs }: { readonly keyName: string; readonly maxWaitMs: number },
): CreateMessage {
  const messages = body.messages.map(chatMessageOf);
  const { model, metadata, priority, service_tier = 'auto', ttl = maxWaitMs, timeout } = body;
  return {
    user_id: body.user ?? body.safety_identifier ?? keyName,
    content: lastWords(messages),
    messages,
    model,
    metadata,
    priority: priority ?? TIERS[service_tier],
    parameters: parametersOf(body),
    ttl,
    timeout,
  };
}

/** What the tier of an answer is called. */
export function tierOf(priority: Priority): string {
  if (priority === 'low') return 'flex';
  return priority === 'normal' ? 'default' : 'priority';
}

/** By which the message is found, and its band chosen where rules ask for words. */
function lastWords(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(({ role }) => role === 'user') ?? messages.at(-1)!;
  return textOf(last.content);
}

/** Undefined: nothing was said. */
function parametersOf(body: CreateCompletion): CreateMessage['parameters'] {
  const { temperature, top_p, frequency_penalty, presence_penalty, stop, seed } = body;
  const { response_format, tools, tool_choice, parallel_tool_calls, reasoning_effort } = body;
  const all = {
    temperature,
    top_p,
    max_tokens: body.max_completion_tokens ?? body.max_tokens,
    frequency_penalty,
    presence_penalty,
    stop,
    seed,
    response_format,
    tools,
    tool_choice,
    parallel_tool_calls,
    reasoning_effort,
  };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** `developer` is what OpenAI now calls the system, and most others do not know. */
function chatMessageOf(message: CompletionMessage): ChatMessage {
  const name = 'name' in message && message.name !== undefined ? { name: message.name } : {};
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: message.content, ...name };
    case 'user':
      return { role: 'user', content: message.content as Content, ...name };
    case 'tool':
      return { role: 'tool', content: message.content, tool_call_id: message.tool_call_id };
    case 'assistant':
      return { role: 'assistant', content: answered(message), ...name, ...callsOf(message) };
  }
}

/** A refusal is what was said, too. */
function answered({ content, refusal = '' }: CompletionMessage & { readonly role: 'assistant' }): Content {
  if (content === undefined) return refusal;
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'refusal' ? { type: 'text', text: part.refusal } : part));
}

function callsOf({ tool_calls = [] }: CompletionMessage & { readonly role: 'assistant' }) {
  return tool_calls.length === 0 ? {} : { tool_calls };
}

function priorityIn(headers: IncomingHttpHeaders): Priority | undefined {
  const given = headers[PRIORITY_HEADER];
  if (given === undefined) return undefined;
  const known = toPriority(typeof given === 'string' && /^[1-4]$/.test(given) ? Number(given) : given);
  return known ?? refuse('invalid_priority', PRIORITY_HEADER, `${PRIORITIES.join(', ')}, or 1 to 4`);
}

function onDisconnectIn(headers: IncomingHttpHeaders): OnDisconnect | undefined {
  const given = headers[DISCONNECT_HEADER];
  if (given === undefined || given === 'cancel' || given === 'continue') return given;
  return refuse('invalid_request', DISCONNECT_HEADER, 'cancel, continue');
}

function refuse(code: 'invalid_priority' | 'invalid_request', field: string, choice: string): never {
  const message = `must be one of ${choice}`;
  throw new AppError(code, `${field}: ${message}`, { fields: [{ field, message }] });
}
