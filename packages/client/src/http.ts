import { type Problem } from './api.generated.js';
import { ApiError, ConnectionError } from './errors.js';
import { DEFAULTS, type LlmQueueOptions } from './options.js';
import { backoffMs, pause } from './pause.js';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it is harmless to do it twice. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Requests with patience: what may succeed later is tried again, as the server asks. */
export class Http {
  readonly rules: typeof DEFAULTS;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;

  constructor({ url, apiKey, fetch: given, ...rules }: LlmQueueOptions) {
    const base = url ?? (globalThis as { readonly location?: { readonly origin: string } }).location?.origin;
    if (base === undefined) throw new TypeError('Say where the gateway is: { url: "http://localhost:8080" }');
    this.#url = base.replace(/\/+$/, '');
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    // A method of the window must be called as one.
    this.#fetch = given ?? ((...args) => globalThis.fetch(...args));
    const said = Object.entries(rules).filter(([, value]) => value !== undefined);
    this.rules = { ...DEFAULTS, ...Object.fromEntries(said) };
  }

  /** The JSON of a good answer. */
  async json<T>(request: HttpRequest): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once<T>(request);
      } catch (error) {
        await this.rest(error, tries, request);
      }
    }
  }

  /** The answer as soon as its headers are there; never tried again. `signal` bounds all of it. */
  async open(request: HttpRequest): Promise<Response> {
    const { method = 'GET', path, query, body, headers, signal } = request;
    try {
      const response = await this.#fetch(this.#url + path + queryText(query), {
        method,
        headers: {
          ...this.#headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
      if (!response.ok) throw await refusal(response);
      return response;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw asConnectionError(error, signal);
    }
  }

  /**
   * Waits before the next try.
   * @throws the error, where there is no use in another one
   */
  async rest(
    error: unknown,
    tries: number,
    { repeatable = true, signal }: Partial<HttpRequest>,
  ): Promise<void> {
    signal?.throwIfAborted();
    if (tries > this.rules.retries) throw error;
    if (error instanceof ConnectionError && repeatable) return pause(backoffMs(tries), signal);
    if (!(error instanceof ApiError) || !error.retryable) throw error;
    // Whoever is told to come later was turned away before anything was done; of other failures nobody knows that.
    if (!repeatable && error.status !== 429) throw error;
    const { retryAfterMs = 0 } = error;
    if (retryAfterMs > this.rules.maxRetryAfterMs) throw error;
    return pause(Math.max(retryAfterMs, backoffMs(tries)), signal);
  }

  async #once<T>({ signal, ...request }: HttpRequest): Promise<T> {
    signal?.throwIfAborted();
    const inTime = AbortSignal.timeout(this.rules.timeoutMs);
    const response = await this.open({
      ...request,
      signal: signal ? AbortSignal.any([signal, inTime]) : inTime,
    });
    try {
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      throw asConnectionError(error, signal);
    }
  }
}

/** What the caller has ended is no failure of the connection. */
export function asConnectionError(error: unknown, signal: AbortSignal | undefined): unknown {
  const isTimeout = signal?.aborted && (signal.reason as Error)?.name === 'TimeoutError';
  if (signal?.aborted && !isTimeout) return signal.reason;
  return new ConnectionError(isTimeout ? 'Nothing came in time' : 'The connection failed', { cause: error });
}

function queryText(query: object = {}): string {
  const said = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== undefined);
  const words = said.map(([name, value]): [string, string] => [name, String(value)]);
  return words.length === 0 ? '' : `?${new URLSearchParams(words)}`;
}

async function refusal(response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const text = await response.text();
  return new ApiError(status, problemOf(text), retryAfterOf(headers));
}

function problemOf(text: string): Partial<Problem> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Partial<Problem>) : {};
  } catch {
    return {};
  }
}

function retryAfterOf(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(ms) ? ms : Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
