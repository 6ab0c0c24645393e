import { type ReplyDelta, type ReplyEnd, type ReplyReset, type ReplyStarted } from './api.generated.js';
import { asConnectionError, type Http } from './http.js';
import { type CallOptions } from './options.js';
import { readEvents } from './read-events.js';
import { ConnectionError, LlmqError } from './errors.js';

/** What happens to a reply. After `reset` the text that came before it no longer counts. */
export type StreamEvent =
  | ({ readonly type: 'started' } & ReplyStarted)
  | ({ readonly type: 'delta' } & ReplyDelta)
  | ({ readonly type: 'reset' } & ReplyReset)
  | ({ readonly type: 'end' } & ReplyEnd);

export interface StreamOptions extends CallOptions {
  /** Go on after the event with this `seq`. */
  readonly after?: number;
}

const TYPES = ['started', 'delta', 'reset', 'end'];

/**
 * The events of a reply to its end, each once, through however many connections and gateways that takes.
 * @throws ApiError, ConnectionError when it cannot be opened again
 */
export async function* streamReply(
  http: Http,
  id: string,
  { after = 0, signal }: StreamOptions,
): AsyncGenerator<StreamEvent> {
  let last = after;
  for (let tries = 1; ; tries += 1) {
    try {
      for await (const event of connection(http, id, last, signal)) {
        if (event === 'over') return;
        if (event.seq <= last) continue;
        [last, tries] = [event.seq, 0];
        yield event;
        if (event.type === 'end') return;
      }
      throw new ConnectionError('The stream broke off');
    } catch (error) {
      // What the reader of the events throws never comes here.
      await http.rest(error, Math.max(1, tries), { signal });
    }
  }
}

/** The events of one connection; `over`: there are no more. */
async function* connection(
  http: Http,
  id: string,
  last: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent | 'over'> {
  const left = new AbortController();
  const opening = setTimeout(
    () => left.abort(new ConnectionError('Nothing came in time')),
    http.rules.timeoutMs,
  );
  const until = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  try {
    const path = `/api/v1/messages/${encodeURIComponent(id)}/stream`;
    const headers: Record<string, string> = last > 0 ? { 'last-event-id': String(last) } : {};
    const response = await http.open({ path, headers, signal: until });
    clearTimeout(opening);
    if (response.status === 204 || !response.body) return yield 'over';
    for await (const event of readEvents(response.body, http.rules.silenceMs))
      if (TYPES.includes(event.event))
        yield { type: event.event, ...(JSON.parse(event.data) as object) } as StreamEvent;
  } catch (error) {
    throw error instanceof LlmqError ? error : asConnectionError(error, signal);
  } finally {
    clearTimeout(opening);
    left.abort();
  }
}

/** The text so far, after each event that changes it. */
export async function* textOf(events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  let text = '';
  for await (const event of events) {
    if (event.type !== 'delta' && event.type !== 'reset') continue;
    text = event.type === 'reset' ? '' : text + event.text;
    yield text;
  }
}
