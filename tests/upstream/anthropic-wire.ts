import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ChatMessage, type ChatRequest } from './chat-request.js';
import { halves } from './openai-wire.js';
import {
  type Counts,
  type SentToolCall,
  limitsOf,
  type StreamWriter,
  type WholeReply,
  type Wire,
} from './wire.js';

const content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).min(1),
]);

const requestSchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content })).min(1),
  system: content.optional(),
  stream: z.boolean().optional(),
});

/** Its names for why a reply ended. */
const REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  tool_calls: 'tool_use',
};

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Anthropic's Messages API, as on its wire. */
export const ANTHROPIC_WIRE: Wire = {
  api: 'anthropic',
  read: readRequest,
  newId: () => `msg_${randomUUID().replaceAll('-', '')}`,
  headers: (id, behaviour) => ({
    'request-id': `req_${id}`,
    ...Object.fromEntries(
      limitsOf(behaviour).flatMap(({ kind, limit, remaining, resetMs }) => [
        [`anthropic-ratelimit-${kind}-limit`, String(limit)],
        [`anthropic-ratelimit-${kind}-remaining`, String(remaining)],
        [`anthropic-ratelimit-${kind}-reset`, new Date(Date.now() + resetMs).toISOString()],
      ]),
    ),
  }),
  stream: (id, request, isEmpty) => new EventWriter(id, request.model, isEmpty),
  whole: messageBody,
  error: (status, message) =>
    JSON.stringify({ type: 'error', error: { type: ERROR_TYPES[status] ?? 'api_error', message } }),
};

function readRequest(body: unknown): ChatRequest | undefined {
  const { data } = requestSchema.safeParse(body);
  if (!data) return undefined;
  const system: ChatMessage[] =
    data.system === undefined ? [] : [{ role: 'system', text: textOf(data.system) }];
  const messages = data.messages.map((message) => ({ role: message.role, text: textOf(message.content) }));
  return {
    model: data.model,
    messages: [...system, ...messages],
    stream: data.stream ?? false,
    includeUsage: true,
  };
}

function textOf(value: z.infer<typeof content>): string {
  return typeof value === 'string' ? value : value.map(({ text }) => text ?? '').join('');
}

const usageOf = ({ prompt, completion, cached, reasoning }: Counts) => ({
  input_tokens: prompt - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
  output_tokens: completion,
  output_tokens_details: { thinking_tokens: reasoning },
});

function messageBody({ id, model, text, reasoning, toolCalls, reason, counts, isEmpty }: WholeReply): string {
  const blocks = [
    ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: 'c2lnbmVk' }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...toolCalls.map((call) => ({
      type: 'tool_use',
      id: call.id,
      name: call.name,
      input: JSON.parse(call.arguments) as unknown,
    })),
  ];
  return JSON.stringify({
    ...head(id, model),
    content: isEmpty ? [] : blocks,
    stop_reason: REASONS[reason] ?? reason,
    stop_sequence: null,
    usage: counts && usageOf(counts),
  });
}

/** The server-sent events of one streamed message: blocks, each with a start, deltas and a stop. */
class EventWriter implements StreamWriter {
  readonly #id: string;
  readonly #model: string;
  readonly #isEmpty: boolean;
  #index = -1;
  #open: string | undefined;

  constructor(id: string, model: string, isEmpty: boolean) {
    this.#id = id;
    this.#model = model;
    this.#isEmpty = isEmpty;
  }

  begin(counts: Counts | undefined): string {
    const message = {
      ...head(this.#id, this.#model),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(counts && { usage: usageOf({ ...counts, completion: 1, reasoning: 0 }) }),
    };
    return event('message_start', { message }) + this.nothing();
  }

  reasoning(text: string): string {
    return (
      this.#block('thinking', { thinking: '', signature: '' }) +
      this.#delta({ type: 'thinking_delta', thinking: text })
    );
  }

  content(text: string): string {
    if (this.#isEmpty) return this.nothing();
    return this.#block('text', { text: '' }) + this.#delta({ type: 'text_delta', text });
  }

  toolCall(_: number, { id, name, arguments: json }: SentToolCall): string {
    const pieces = ['', ...halves(json)].map((partial_json) =>
      this.#delta({ type: 'input_json_delta', partial_json }),
    );
    return [this.#stop(), this.#block('tool_use', { id, name, input: {} }), ...pieces, this.#stop()].join('');
  }

  nothing(): string {
    return event('ping', {});
  }

  end(reason: string, counts: Counts | undefined, noDone: boolean): string {
    const stop_reason = this.#isEmpty ? null : (REASONS[reason] ?? reason);
    const delta = { stop_reason, stop_sequence: null };
    return [
      this.#stop(),
      event('message_delta', { delta, ...(counts && { usage: usageOf(counts) }) }),
      noDone ? '' : event('message_stop', {}),
    ].join('');
  }

  error(json: string): string {
    return `event: error\ndata: ${json}\n\n`;
  }

  #block(type: string, fields: object): string {
    if (this.#open === type) return '';
    const before = this.#stop();
    this.#open = type;
    this.#index += 1;
    return before + event('content_block_start', { index: this.#index, content_block: { type, ...fields } });
  }

  #delta(delta: object): string {
    return event('content_block_delta', { index: this.#index, delta });
  }

  #stop(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
    return event('content_block_stop', { index: this.#index });
  }
}

const head = (id: string, model: string) => ({ id, type: 'message', role: 'assistant', model });

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
