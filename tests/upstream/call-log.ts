import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type IncomingHttpHeaders } from 'node:http';
import { type ChatMessage } from './chat-request.js';
import { type Counts } from './wire.js';

const MAX_CALLS = 100_000;
const MAX_BODY_CHARACTERS = 128_000_000;
const SECRET_HEADERS = ['authorization', 'api-key', 'x-api-key'];

/**
 * completed: all of the reply was sent. error: the fake answered with an error of its script (or a 400).
 * cut: the fake destroyed the connection. aborted: the client closed it before the end.
 */
export type Outcome = 'completed' | 'aborted' | 'cut' | 'error';

/** One call as the upstream saw it; all times are in ms since 1970. */
export interface UpstreamCall {
  /** Also the `id` of the completion. */
  readonly id: string;
  /** The header `x-request-id`. */
  readonly requestId: string | null;
  /** Without the values of the headers that hold a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which API was called; null where the script wrote the whole answer. */
  readonly api: 'openai' | 'anthropic' | null;
  /** Its path and query. */
  readonly url: string;
  /** Of the whole value of `authorization`, 'Bearer ' included, or of `x-api-key`. */
  readonly authorizationSha256: string | null;
  /** Text when it is not JSON. */
  readonly body: unknown;
  readonly model: string | null;
  readonly stream: boolean;
  readonly messages: readonly ChatMessage[];
  readonly receivedAt: number;
  /** When the headers of the answer left. */
  startedAt: number | null;
  finishedAt: number | null;
  /** When the client closed the connection, if it did before the end. */
  abortedAt: number | null;
  /** Null while the call runs. */
  outcome: Outcome | null;
  /** The status that was sent. */
  status: number | null;
  /** Content deltas that were sent. */
  chunksSent: number;
  /** What a whole answer counts; null where it is none, or holds no usage. */
  usage: Counts | null;
}

export interface ReceivedCall {
  readonly id: string;
  readonly api: UpstreamCall['api'];
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: unknown;
  readonly model: string | null;
  readonly stream: boolean;
  readonly messages: readonly ChatMessage[];
}

/**
 * Every call, in memory (the newest, within bounds) and in a file of JSON lines: `{event: 'received', ...}`
 * when it comes and `{event: 'finished', id, ...}` at its end, each on disk before the fake goes on, so that
 * the file tells the truth whichever process is killed.
 */
export class CallLog {
  #file: number | undefined;
  readonly #calls = new Map<UpstreamCall, number>();
  #characters = 0;

  constructor(file?: string) {
    this.#file = file ? openSync(file, 'a') : undefined;
  }

  get calls(): UpstreamCall[] {
    return [...this.#calls.keys()];
  }

  /** Calls that still run stay out of the log for good. */
  clear(): void {
    this.#calls.clear();
    this.#characters = 0;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  receive(received: ReceivedCall): UpstreamCall {
    const call = newCall(received);
    this.#calls.set(call, received.text.length);
    this.#characters += received.text.length;
    this.#dropOldest();
    this.#append({ event: 'received', ...call });
    return call;
  }

  finish(call: UpstreamCall, outcome: Outcome): void {
    if (call.outcome) return;
    call.outcome = outcome;
    call.finishedAt = Date.now();
    if (outcome === 'aborted') call.abortedAt = call.finishedAt;
    const { id, requestId, startedAt, finishedAt, abortedAt, status, chunksSent, usage } = call;
    this.#append({
      event: 'finished',
      id,
      requestId,
      outcome,
      startedAt,
      finishedAt,
      abortedAt,
      status,
      chunksSent,
      usage,
    });
  }

  #dropOldest(): void {
    for (const [call, characters] of this.#calls) {
      if (this.#calls.size <= MAX_CALLS && this.#characters <= MAX_BODY_CHARACTERS) return;
      this.#calls.delete(call);
      this.#characters -= characters;
    }
  }

  #append(line: object): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

function newCall({ id, api, url, headers, body, model, stream, messages }: ReceivedCall): UpstreamCall {
  const key = headers.authorization ?? first(headers['x-api-key']);
  return {
    id,
    api,
    url,
    requestId: first(headers['x-request-id']) ?? null,
    headers: withoutSecrets(headers),
    authorizationSha256: key ? sha256(key) : null,
    body,
    model,
    stream,
    messages,
    receivedAt: Date.now(),
    startedAt: null,
    finishedAt: null,
    abortedAt: null,
    outcome: null,
    status: null,
    chunksSent: 0,
    usage: null,
  };
}

function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !SECRET_HEADERS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, first(value) ?? '']));
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
