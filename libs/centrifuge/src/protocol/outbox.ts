import { type Transport } from './transport.js';

/** A stream that can wait is not read on while this much has not been taken. */
const HIGH_MARK = 262_144;

/** Most messages in one frame. */
const MAX_TOGETHER = 64;

export interface OutboxLimits {
  /** A client with more than this before it is disconnected as slow. */
  readonly queueBytes: number;
  /** A client that takes nothing for so long is disconnected as slow. */
  readonly stallMs: number;
}

/** Everything that one client is sent: what comes in one turn of the event loop goes out in one frame. */
export class Outbox {
  #messages: string[] = [];
  #bytes = 0;
  #scheduled = false;
  #closed = false;

  constructor(
    private readonly transport: Transport,
    private readonly limits: OutboxLimits,
    private readonly onSlow: () => void,
  ) {}

  /** One message may be larger than the bound; what counts is what lies before it. */
  push(message: string): void {
    if (this.#closed) return;
    if (this.#buffered > this.limits.queueBytes) return this.onSlow();
    this.#messages.push(message);
    this.#bytes += message.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    if (this.#closed) return;
    for (let i = 0; i < messages.length; i += MAX_TOGETHER)
      this.transport.send(messages.slice(i, i + MAX_TOGETHER));
  }

  get hasRoom(): boolean {
    return this.#buffered < HIGH_MARK || this.#closed;
  }

  /** Waits until a slow client has taken what lies before it. */
  async room(): Promise<void> {
    this.flush();
    if (this.hasRoom) return;
    const stalled = setTimeout(this.onSlow, this.limits.stallMs);
    await this.transport.drained();
    clearTimeout(stalled);
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  get #buffered(): number {
    return this.#bytes + this.transport.buffered;
  }
}
