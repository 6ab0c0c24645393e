import { Agent, request as httpRequest } from 'undici';
import { type ProviderSettings } from '#config';
import { AppError } from '#contracts';
import { type ChatRequest, type Provider, type ProviderEvent } from '../provider.js';
import { mapHttpError } from './map-error.js';
import { readStream } from './read-stream.js';
import { watched } from './watch.js';

type Settings = ProviderSettings['value']['openai'];

/** After a complete answer the rest of the body is waited for this long, so that the connection can be used again. */
const LINGER_MS = 1_000;

/** Of an error answer at most this much is read. */
const MAX_ERROR_BYTES = 16_384;

/** Any API that speaks OpenAI's chat completions. */
export class OpenAiCompatible implements Provider {
  readonly name = 'openai';
  readonly model: string;
  readonly maxConcurrency: number;
  readonly #url: string;
  readonly #agent: Agent;

  constructor(private readonly settings: Settings) {
    this.model = settings.model;
    this.maxConcurrency = settings.max_concurrency;
    this.#url = `${settings.base_url.replace(/\/+$/, '')}/chat/completions`;
    this.#agent = new Agent({
      connections: settings.max_concurrency,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    });
  }

  async *stream(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const abort = new AbortController();
    const forward = () => abort.abort(signal.reason);
    signal.addEventListener('abort', forward, { once: true });
    if (signal.aborted) forward();
    const startedAt = performance.now();
    let lingering: NodeJS.Timeout | undefined;
    try {
      const body = await this.#call(request, abort);
      // A model may think behind its headers: until the first token the longer time goes on.
      const firstMs = this.settings.first_token_timeout - (performance.now() - startedAt);
      const limits = { firstMs, idleMs: this.settings.idle_timeout };
      for await (const event of watched(readStream(body), abort, limits)) {
        yield event;
        if (event.type === 'finish') lingering = setTimeout(() => abort.abort(), LINGER_MS);
      }
    } catch (error) {
      if (lingering) return;
      throw abort.signal.aborted ? abort.signal.reason : this.#withoutKey(mapBroken(error));
    } finally {
      clearTimeout(lingering);
      signal.removeEventListener('abort', forward);
      abort.abort(new AppError('cancelled', 'The reader has left'));
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #call(request: ChatRequest, abort: AbortController): Promise<AsyncIterable<Uint8Array>> {
    const limit = this.settings.first_token_timeout;
    const late = () =>
      abort.abort(new AppError('provider_timeout', `The provider did not answer within ${limit} ms`));
    const timer = setTimeout(late, limit);
    try {
      const response = await httpRequest(this.#url, {
        method: 'POST',
        headers: this.#headers(request),
        body: JSON.stringify({
          model: request.model,
          messages: request.messages,
          stream: true,
          stream_options: { include_usage: true },
        }),
        dispatcher: this.#agent,
        signal: abort.signal,
      });
      if (response.statusCode !== 200)
        throw mapHttpError(response.statusCode, response.headers, await readSome(response.body));
      return response.body as AsyncIterable<Uint8Array>;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Some providers repeat the key that they refuse. */
  #withoutKey(error: AppError): AppError {
    const key = this.settings.api_key ?? '';
    if (key === '' || !error.message.includes(key)) return error;
    const { retryAfterMs } = error;
    const options = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new AppError(error.code, error.message.replaceAll(key, '[redacted]'), options);
  }

  #headers(request: ChatRequest): Record<string, string> {
    return {
      authorization: `Bearer ${this.settings.api_key ?? ''}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'x-request-id': request.requestId,
    };
  }
}

type Body = Awaited<ReturnType<typeof httpRequest>>['body'];

async function readSome(body: Body): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8', 0, MAX_ERROR_BYTES);
}

/** A connection that could not be made or broke. */
function mapBroken(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('provider_unavailable', `The connection to the provider failed: ${message}`, {
    cause: error,
  });
}
