import { type ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { EventStream } from '../server-sent-events.js';
import { type SessionChunk } from './session-feed.js';

/** Why a stream ends that a reader would go on reading. */
export type StreamEnd = 'closed' | 'deleted' | 'draining';

/** The events of a session on the wire. Every one has an id, so that a reader can come back at any time. */
export class SessionEventsStream {
  readonly #stream: EventStream;
  #pingedAt = performance.now();

  constructor(
    response: ServerResponse,
    writeTimeoutMs: number,
    private readonly pingMs: number,
    /** Of the last event. */
    private id: string,
  ) {
    this.#stream = new EventStream(response, writeTimeoutMs);
  }

  async open(headers: OutgoingHttpHeaders, sessionId: string): Promise<void> {
    this.#stream.open(headers);
    await this.#event('connected', { sessionId });
  }

  async chunks(chunks: readonly SessionChunk[]): Promise<void> {
    for (const { id, text, isLast, startsAnew, error } of chunks) {
      // Where the reader is changes only with the text that follows.
      if (startsAnew) await this.#event('reset', { reason: 'the answer begins again' });
      this.id = id;
      await this.#event('message', { chunk: text, is_last: isLast, ...(error && { error }) });
    }
  }

  /** A `ping` event when it is time for one. */
  async ping(): Promise<void> {
    const now = performance.now();
    if (now - this.#pingedAt < this.pingMs * 0.9) return;
    this.#pingedAt = now;
    await this.#event('ping', { time: new Date().toISOString() });
  }

  comment(text: string): Promise<void> {
    return this.#stream.comment(text);
  }

  async end(reason: StreamEnd): Promise<void> {
    await this.#event('end', { message: 'stream ended', reason });
  }

  close(): void {
    this.#stream.end();
  }

  #event(name: string, data: object): Promise<void> {
    return this.#stream.write(`id: ${this.id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
