import { randomUUID } from 'node:crypto';
import { type ChatRequest, readChatRequest } from './chat-request.js';
import {
  type Counts,
  type SentToolCall,
  limitsOf,
  type StreamWriter,
  type WholeReply,
  type Wire,
} from './wire.js';

/** OpenAI's chat completions, as on its wire. */
export const OPENAI_WIRE: Wire = {
  api: 'openai',
  read: readChatRequest,
  newId: () => `chatcmpl-${randomUUID().replaceAll('-', '')}`,
  headers: (id, behaviour) => ({
    'x-request-id': `req_${id}`,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
    ...Object.fromEntries(
      limitsOf(behaviour).flatMap(({ kind, limit, remaining, resetMs }) => [
        [`x-ratelimit-limit-${kind}`, String(limit)],
        [`x-ratelimit-remaining-${kind}`, String(remaining)],
        [`x-ratelimit-reset-${kind}`, goDuration(resetMs)],
      ]),
    ),
  }),
  stream: (id, request, isEmpty) => new ChunkWriter(id, request, isEmpty),
  whole: completionBody,
  error: errorBody,
};

/** As Go prints durations: `17ms`, `1s`, `6m0s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const seconds = `${(ms % 60_000) / 1_000}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

function usageOf({ prompt, completion, cached, reasoning }: Counts) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

const toolCallOf = ({ id, name, arguments: json }: SentToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: json },
});

function completionBody({
  id,
  model,
  text,
  reasoning,
  toolCalls,
  reason,
  counts,
  isEmpty,
}: WholeReply): string {
  const message = {
    role: 'assistant',
    content: text,
    refusal: null,
    annotations: [],
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(toolCallOf) }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: reason };
  return JSON.stringify({
    ...head(id, 'chat.completion', model),
    choices: isEmpty ? [] : [choice],
    ...(counts && { usage: usageOf(counts) }),
  });
}

/** The server-sent events of one streamed completion; what all its chunks share is encoded once. */
class ChunkWriter implements StreamWriter {
  readonly #head: string;
  readonly #tail: string;
  readonly #includeUsage: boolean;
  readonly #isEmpty: boolean;

  constructor(id: string, { model, includeUsage }: ChatRequest, isEmpty: boolean) {
    this.#head = JSON.stringify(head(id, 'chat.completion.chunk', model)).slice(0, -1);
    // Every chunk but the usage chunk then says so.
    this.#tail = includeUsage ? ',"usage":null' : '';
    this.#includeUsage = includeUsage;
    this.#isEmpty = isEmpty;
  }

  begin(): string {
    return this.#choice('{"role":"assistant","content":"","refusal":null}', null);
  }

  reasoning(text: string): string {
    return this.#choice(`{"reasoning_content":${JSON.stringify(text)}}`, null);
  }

  content(text: string): string {
    return this.#choice(`{"content":${JSON.stringify(text)}}`, null);
  }

  toolCall(index: number, call: SentToolCall): string {
    const bare = { index, ...toolCallOf({ ...call, arguments: '' }) };
    const pieces = halves(call.arguments).map((json) => ({ index, function: { arguments: json } }));
    return [bare, ...pieces]
      .map((piece) => this.#choice(JSON.stringify({ tool_calls: [piece] }), null))
      .join('');
  }

  nothing(): string {
    return `data: ${this.#head},"choices":[]${this.#tail}}\n\n`;
  }

  end(reason: string, counts: Counts | undefined, noDone: boolean): string {
    const usage = `data: ${this.#head},"choices":[],"usage":${JSON.stringify(counts && usageOf(counts))}}\n\n`;
    return [
      this.#choice('{}', reason),
      this.#includeUsage && counts ? usage : '',
      noDone ? '' : 'data: [DONE]\n\n',
    ].join('');
  }

  error(json: string): string {
    return `data: ${json}\n\n`;
  }

  #choice(delta: string, finishReason: string | null): string {
    if (this.#isEmpty) return this.nothing();
    const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}`;
    return `data: ${this.#head},"choices":[${choice}]${this.#tail}}\n\n`;
  }
}

/** Arguments come in pieces, cut anywhere. */
export function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== '');
}

export function modelList(models: readonly string[]): string {
  const data = models.map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'fake' }));
  return JSON.stringify({ object: 'list', data });
}

const ERROR_TYPES: Record<number, readonly [type: string, code: string | null]> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', 'unsupported_country_region_territory'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

export function errorBody(status: number, message: string): string {
  const [type, code] = ERROR_TYPES[status] ?? ['server_error', null];
  return JSON.stringify({ error: { message, type, param: null, code } });
}

function head(id: string, object: string, model: string): object {
  return {
    id,
    object,
    created: Math.floor(Date.now() / 1000),
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_fake',
  };
}
