import { type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { WebSocket as RawSocket } from 'ws';
import { eventually } from '#testing';

/** The answer to an upgrade that a browser does not show: its headers, or why it was refused. */
export async function upgrade(url: string, query = '', headers: Record<string, string> = {}) {
  const socket = new RawSocket(`${url.replace('http', 'ws')}/ws${query}`, { headers });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    socket.on('upgrade', resolve);
    socket.on('unexpected-response', (_, refused) => resolve(refused));
    socket.on('error', reject);
  });
  const { statusCode, headers: answered } = await response;
  socket.terminate();
  return { status: statusCode, headers: answered };
}

/** What a browser's console would do with `/ws`, and what came back. */
export class Chat {
  readonly frames: string[] = [];
  /** How it was closed; 0: it is open. */
  code = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => this.frames.push(data as string));
    socket.addEventListener('close', ({ code }) => (this.code = code));
  }

  /** Throws when it is not let in. */
  static async open(url: string, query = ''): Promise<Chat> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws${query}`);
    const chat = new Chat(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('not let in')));
    });
    return chat;
  }

  get text(): string {
    return this.frames.join('');
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** Resolves with everything that came once that has this in it. */
  heard(part: string): Promise<string> {
    return eventually(() => {
      if (!this.text.includes(part)) throw new Error(`no ${part} in ${JSON.stringify(this.text)}`);
      return this.text;
    });
  }

  closed(): Promise<number> {
    return eventually(() => {
      if (this.code === 0) throw new Error('it is still open');
      return this.code;
    });
  }

  leave(): void {
    this.socket.close();
  }
}

export interface SessionEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What `curl -N /sse/…` would print. */
export class SessionReader {
  readonly events: SessionEvent[] = [];
  readonly #left = new AbortController();
  #isOver = false;

  private constructor() {}

  static async open(url: string, session: string, lastEventId?: string): Promise<SessionReader> {
    const reader = new SessionReader();
    const response = await fetch(`${url}/sse/${encodeURIComponent(session)}`, {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      signal: AbortSignal.any([reader.#left.signal, AbortSignal.timeout(60_000)]),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    void reader.#read(response.body!).catch(() => (reader.#isOver = true));
    return reader;
  }

  get chunks(): SessionEvent[] {
    return this.events.filter(({ event }) => event === 'message');
  }

  get text(): string {
    return this.chunks.map(({ data }) => data['chunk'] as string).join('');
  }

  /** The last id that a browser would send when it comes back. */
  get lastId(): string {
    return this.events.at(-1)!.id;
  }

  /** Resolves with all chunks once so many replies have ended. */
  replies(count: number): Promise<SessionEvent[]> {
    return eventually(() => {
      const ended = this.chunks.filter(({ data }) => data['is_last'] === true).length;
      if (ended < count) throw new Error(`${ended} replies of ${count}: ${JSON.stringify(this.events)}`);
      return this.chunks;
    });
  }

  seen(event: string): Promise<SessionEvent> {
    return eventually(() => {
      const found = this.events.findLast((one) => one.event === event);
      if (!found) throw new Error(`no ${event} in ${JSON.stringify(this.events)}`);
      return found;
    });
  }

  /** Resolves when the server has ended it, or the connection broke. */
  over(): Promise<void> {
    return eventually(() => {
      if (!this.#isOver) throw new Error('it goes on');
    });
  }

  leave(): void {
    this.#left.abort();
  }

  async #read(body: NonNullable<Response['body']>): Promise<void> {
    const parser = createParser({
      onEvent: ({ id = '', event = 'message', data }) =>
        this.events.push({ id, event, data: JSON.parse(data) as SessionEvent['data'] }),
    });
    const decoder = new TextDecoder();
    for await (const bytes of body) parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
    this.#isOver = true;
  }
}
