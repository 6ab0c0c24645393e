import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../exit-codes.js';
import { type ProblemBody, Refusal } from './refusal.js';

const TIMEOUT_MS = 30_000;

/** Times that a request is sent again which certainly does no harm twice. */
const REPEATS = 3;

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** A running system, over HTTP. */
export class Api {
  constructor(
    readonly url: string,
    private readonly key: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#again(() => this.ask<T>('GET', withQuery(path, query)));
  }

  post<T>(path: string, body: unknown = {}, timeoutMs = TIMEOUT_MS): Promise<T> {
    return this.ask<T>('POST', path, { body, timeoutMs });
  }

  /** A POST that may be sent again when its answer got lost: the same key makes it one request. */
  create<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    return this.#again(() => this.ask<T>('POST', path, { body, headers }));
  }

  delete<T>(path: string): Promise<T> {
    return this.ask<T>('DELETE', path);
  }

  /** @throws CliError unreachable; Refusal when it is answered with an error */
  async ask<T>(
    method: string,
    path: string,
    { body, headers, timeoutMs = TIMEOUT_MS }: Ask = {},
  ): Promise<T> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]);
    const response = await this.open(method, path, signal, { body, ...(headers && { headers }) });
    const text = await response.text().catch((error: unknown) => Promise.reject(this.#unreachable(error)));
    return (text === '' ? null : parseAnswer(text, this.url)) as T;
  }

  /** The response as soon as it begins, for those who read it as it comes. */
  async open(
    method: string,
    path: string,
    signal: AbortSignal,
    { body, headers }: Ask = {},
  ): Promise<Response> {
    const response = await fetch(this.url + path, {
      method,
      signal,
      headers: {
        ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => Promise.reject(this.#unreachable(error)));
    if (!response.ok) throw new Refusal(response.status, await problemOf(response));
    return response;
  }

  async #again<T>(request: () => Promise<T>): Promise<T> {
    for (let repeat = 1; ; repeat += 1) {
      try {
        return await request();
      } catch (error) {
        if (!isBroken(error) || repeat > REPEATS || this.signal.aborted) throw error;
        await delay(100 * 2 ** repeat, undefined, { signal: this.signal });
      }
    }
  }

  #unreachable(cause: unknown): unknown {
    if (this.signal.aborted) return cause;
    return new LostError(this.url, cause);
  }
}

/** The connection could not be made, or broke. */
export class LostError extends CliError {
  readonly code: string | undefined;

  constructor(url: string, cause: unknown) {
    const { cause: inner, message, name } = cause as { cause?: { code?: string; message?: string } } & Error;
    const why = name === 'TimeoutError' ? 'it did not answer in time' : (inner?.message ?? message);
    super(
      'unreachable',
      `Nothing answers at ${url}: ${why}`,
      'Start it with `llmq start`, or name another address with --url or LLMQ_URL.',
    );
    this.code = inner?.code;
  }
}

/** There was a connection, and it broke; where nothing listens, nobody is about to answer. */
function isBroken(error: unknown): boolean {
  return error instanceof LostError && /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(error.code ?? '');
}

/** Another server may answer with anything. */
function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('refused', `${url} is no LLM Message Queue: what it answers is no JSON`);
  }
}

async function problemOf(response: Response): Promise<ProblemBody> {
  try {
    return (await response.json()) as ProblemBody;
  } catch {
    return {};
  }
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}
