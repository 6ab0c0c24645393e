import { type ChatMessage } from './chat-request.js';

/** The JSON of OpenAI's chat completions, as on its wire. */

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: object;
  readonly completion_tokens_details: object;
}

/** One token per word of the prompt and one per delta of the reply: easy to predict in a test. */
export function usageOf(messages: readonly ChatMessage[], deltas: number): Usage {
  const prompt = messages.reduce((sum, { text }) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: deltas,
    total_tokens: prompt + deltas,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly finishReason: string;
  readonly usage: Usage | undefined;
  readonly withChoices: boolean;
}

export function completionBody(completion: Completion): string {
  const { id, model, text, finishReason, usage, withChoices } = completion;
  const message = { role: 'assistant', content: text, refusal: null, annotations: [] };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason };
  return JSON.stringify({
    ...head(id, 'chat.completion', model),
    choices: withChoices ? [choice] : [],
    ...(usage && { usage }),
  });
}

export interface ChunkOptions {
  /** Every chunk but the usage chunk then says `usage: null`. */
  readonly includeUsage: boolean;
  readonly withChoices: boolean;
}

/** The server-sent events of one streamed completion; what all its chunks share is encoded once. */
export class ChunkWriter {
  readonly #head: string;
  readonly #tail: string;
  readonly #withChoices: boolean;

  constructor(id: string, model: string, { includeUsage, withChoices }: ChunkOptions) {
    this.#head = JSON.stringify(head(id, 'chat.completion.chunk', model)).slice(0, -1);
    this.#tail = includeUsage ? ',"usage":null' : '';
    this.#withChoices = withChoices;
  }

  role(): string {
    return this.#choice('{"role":"assistant","content":"","refusal":null}', null);
  }

  content(text: string): string {
    return this.#choice(`{"content":${JSON.stringify(text)}}`, null);
  }

  finish(reason: string): string {
    return this.#choice('{}', reason);
  }

  withoutChoices(): string {
    return `data: ${this.#head},"choices":[]${this.#tail}}\n\n`;
  }

  usage(usage: Usage): string {
    return `data: ${this.#head},"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
  }

  #choice(delta: string, finishReason: string | null): string {
    if (!this.#withChoices) return this.withoutChoices();
    const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}`;
    return `data: ${this.#head},"choices":[${choice}]${this.#tail}}\n\n`;
  }
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
