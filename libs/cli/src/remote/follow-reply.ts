import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { CliError } from '../exit-codes.js';
import { type Api, LostError } from './api.js';
import { Refusal } from './refusal.js';

/** How long a reader goes on asking while nobody answers. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 2_000;

/** An event of a reply, as the API sends it. */
export interface ReplyEvent {
  readonly id: number;
  readonly event: string;
  readonly data: {
    readonly text?: string;
    readonly reason?: string;
    readonly status?: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
}

export interface Following {
  readonly after?: number;
  readonly signal: AbortSignal;
  /** What the server says while the message waits: its place in the queue. */
  readonly onWaiting?: (text: string) => void;
  /** The connection was lost, and is made again. */
  readonly onLost?: () => void;
}

/**
 * The events of a reply until its end, each exactly once: a stream that breaks is opened again after the last event
 * that was seen, at whatever process answers by then.
 */
export async function* followReply(
  api: Api,
  id: string,
  { after = 0, signal, onWaiting, onLost }: Following,
): AsyncGenerator<ReplyEvent> {
  let last = after;
  let heardAt = performance.now();
  for (let pause = 100; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const response = await openStream(api, id, last, signal);
      if (response.status === 204) return;
      for await (const event of eventsOf(response, api.url, signal, onWaiting)) {
        heardAt = performance.now();
        pause = 100;
        last = event.id;
        yield event;
        if (event.event === 'end') return;
      }
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
    }
    if (performance.now() - heardAt > PATIENCE_MS)
      throw new CliError(
        'unreachable',
        `The reply of ${id} cannot be read: the connection breaks again and again`,
      );
    onLost?.();
    await delay(pause, undefined, { signal });
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof LostError || (error instanceof Refusal && error.exit === 'busy');
}

function openStream(api: Api, id: string, last: number, signal: AbortSignal): Promise<Response> {
  const headers = { accept: 'text/event-stream', ...(last > 0 && { 'last-event-id': String(last) }) };
  return api.open('GET', `/api/v1/messages/${encodeURIComponent(id)}/stream`, signal, { headers });
}

async function* eventsOf(
  response: Response,
  url: string,
  signal: AbortSignal,
  onWaiting: Following['onWaiting'],
): AsyncGenerator<ReplyEvent> {
  const ready: ReplyEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) =>
      ready.push({ id: Number(id), event, data: JSON.parse(data) as ReplyEvent['data'] }),
    onComment: (text) => onWaiting?.(text.trim()),
  });
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body ?? []) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* ready.splice(0);
    }
  } catch (error) {
    throw signal.aborted ? error : new LostError(url, error);
  }
}
