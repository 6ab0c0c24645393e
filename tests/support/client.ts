import { createParser } from 'eventsource-parser';
import { eventually } from '#testing';

const FINAL = ['completed', 'failed', 'timeout', 'cancelled'];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // A test reads whatever fields it expects, and fails where they are not there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface StreamEvent {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly text?: string; readonly status?: string } & Record<string, unknown>;
}

/** A client of one gateway, as a user would write it with fetch. */
export class Client {
  constructor(
    readonly url: string,
    protected readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.request('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.request('PUT', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.request('DELETE', path);
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : parse(text) };
  }

  /** A message of user `u`, accepted. */
  async send(content: string, extra: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { status, body } = await this.post('/api/v1/messages', { user_id: 'u', content, ...extra });
    if (status !== 201) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
    return body.id as string;
  }

  /** The events of a reply after `after`, until the stream ends, breaks, or the reader leaves. */
  async *stream(id: string, after = 0, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const response = await fetch(`${this.url}/api/v1/messages/${id}/stream`, {
      headers: { ...this.headers, ...(after > 0 && { 'last-event-id': String(after) }) },
      signal: AbortSignal.any([AbortSignal.timeout(60_000), ...(signal ? [signal] : [])]),
    });
    if (response.status === 204) return;
    if (response.status !== 200) throw new Error(`no stream: ${response.status} ${await response.text()}`);
    const ready: StreamEvent[] = [];
    const parser = createParser({
      onEvent: ({ id: eventId, event, data }) =>
        ready.push({
          id: Number(eventId),
          event: event ?? 'message',
          data: JSON.parse(data) as StreamEvent['data'],
        }),
    });
    const decoder = new TextDecoder();
    for await (const bytes of response.body!) {
      parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
      yield* ready.splice(0);
    }
  }

  /** Every event of a reply from its beginning to its end. */
  async events(id: string, after = 0): Promise<StreamEvent[]> {
    return Array.fromAsync(this.stream(id, after));
  }

  /** The message once it has ended. */
  async ended(id: string, timeoutMs = 20_000): Promise<Answer['body']> {
    const check = async () => {
      const { body } = await this.get(`/api/v1/messages/${id}`);
      if (!FINAL.includes(body.status as string))
        throw new Error(`still ${body.status}: ${JSON.stringify(body)}`);
      return body;
    };
    return eventually(check, { timeoutMs });
  }
}

/** The text that a reader has in the end: a reset drops what came before it. */
export function textOf(events: readonly StreamEvent[]): string {
  return events.reduce((text, { event, data }) => (event === 'reset' ? '' : text + (data.text ?? '')), '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
