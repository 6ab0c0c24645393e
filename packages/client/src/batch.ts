import {
  type Batch,
  type ErrorCode,
  type Message,
  type NewMessage,
  type Problem,
  RETRYABLE_CODES,
} from './api.generated.js';
import { type Http } from './http.js';
import { newKey } from './new-key.js';
import { type CallOptions } from './options.js';
import { backoffMs, pause } from './pause.js';

export interface BatchProgress {
  readonly total: number;
  readonly accepted: number;
  readonly refused: number;
  /** Ended well. */
  readonly completed: number;
  /** Ended otherwise. */
  readonly failed: number;
}

export interface BatchOptions extends CallOptions {
  readonly idempotencyKey?: string;
  /** Replies that are waited for at once; browsers have few connections. */
  readonly concurrency?: number;
  /** Messages that are sent by one request. */
  readonly size?: number;
  readonly onProgress?: (progress: BatchProgress) => void;
}

/** What became of a message, in the order in which they were sent. */
export type BatchOutcome =
  | { readonly status: 'ended'; readonly message: Message }
  | { readonly status: 'refused'; readonly problem: Problem };

type Sent = Batch['results'][number];

const MOST_AT_ONCE = 1_000;

export async function batchOf(
  http: Http,
  wait: (id: string, signal: AbortSignal | undefined) => Promise<Message>,
  messages: readonly NewMessage[],
  options: BatchOptions,
): Promise<BatchOutcome[]> {
  const { concurrency = 4, signal, onProgress } = options;
  const counts = { total: messages.length, accepted: 0, refused: 0, completed: 0, failed: 0 };
  const tell = (changed: keyof typeof counts) => {
    counts[changed] += 1;
    onProgress?.({ ...counts });
  };
  const sent = await sendAll(http, messages, options, tell);
  const failed = new AbortController();
  const until = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  try {
    return await inTurns(sent, concurrency, async ({ message, error }) => {
      if (!message) return { status: 'refused', problem: error! };
      const ended = await wait(message.id, until);
      tell(ended.status === 'completed' ? 'completed' : 'failed');
      return { status: 'ended', message: ended };
    });
  } finally {
    // Nobody waits for the others any more.
    failed.abort();
  }
}

async function sendAll(
  http: Http,
  messages: readonly NewMessage[],
  { size = 100, idempotencyKey = newKey(), signal }: BatchOptions,
  tell: (changed: 'accepted' | 'refused') => void,
): Promise<Sent[]> {
  const step = Math.min(Math.max(1, size), MOST_AT_ONCE);
  const all: Sent[] = [];
  for (let at = 0; at < messages.length; at += step) {
    const part = messages.slice(at, at + step);
    const sent = await sendPart(http, part, `${idempotencyKey}/${at}`, signal);
    for (const { message } of sent) tell(message ? 'accepted' : 'refused');
    all.push(...sent);
  }
  return all;
}

/** Sent again while something was refused that may be taken later: what is there already stays as it is. */
async function sendPart(
  http: Http,
  messages: readonly NewMessage[],
  key: string,
  signal: AbortSignal | undefined,
): Promise<readonly Sent[]> {
  for (let tries = 1; ; tries += 1) {
    const { results } = await http.json<Batch>({
      method: 'POST',
      path: '/api/v1/messages/batch',
      body: { messages },
      headers: { 'idempotency-key': key },
      signal,
    });
    const mayBeTaken = results.some(({ error }) => error && isRetryable(error.code));
    if (!mayBeTaken || tries > http.rules.retries) return results;
    await pause(backoffMs(tries), signal);
  }
}

function isRetryable(code: ErrorCode): boolean {
  return (RETRYABLE_CODES as readonly ErrorCode[]).includes(code);
}

/** So many at once, results in order; the first error ends all. */
async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      try {
        results[at] = await work(items[at]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, atOnce), items.length) }, worker));
  return results;
}
