import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { type CallLog, type Outcome, type UpstreamCall } from './call-log.js';
import { type Counts } from './wire.js';

/** Thrown by whatever waits for a client that has closed its connection. */
export class ClientGone extends Error {}

/** The answer to one call, sent piece by piece; each wait ends at once when the client goes away. */
export class Answer {
  readonly #response: ServerResponse;
  readonly #call: UpstreamCall;
  readonly #log: CallLog;
  readonly #dripMs: number | undefined;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(response: ServerResponse, call: UpstreamCall, log: CallLog, dripMs?: number) {
    this.#response = response;
    this.#call = call;
    this.#log = log;
    this.#dripMs = dripMs;
    response.once('close', () => {
      this.#closed = true;
      log.finish(call, 'aborted');
      this.#wake();
    });
  }

  start(status: number, headers: OutgoingHttpHeaders): void {
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
    this.#call.status = status;
    this.#call.startedAt = Date.now();
  }

  async write(text: string | Buffer): Promise<void> {
    if (this.#closed) throw new ClientGone();
    if (this.#dripMs !== undefined) return this.#drip(Buffer.from(text), this.#dripMs);
    if (!this.#response.write(text)) await this.#until((wake) => this.#response.once('drain', wake));
  }

  async writeDelta(text: string): Promise<void> {
    await this.write(text);
    this.#call.chunksSent += 1;
  }

  async pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.#until((wake) => (timer = setTimeout(wake, ms)));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Never goes on; ends when the client goes away. */
  async hang(): Promise<never> {
    for (;;) await this.#until(() => undefined);
  }

  /** The outcome is logged first, so that whoever has the whole answer also finds it in the log. */
  end(outcome: Outcome, usage?: Counts): void {
    if (this.#closed) throw new ClientGone();
    this.#call.usage = usage ?? null;
    this.#log.finish(this.#call, outcome);
    this.#response.end();
  }

  /** Destroys the connection once the kernel has what was written. */
  async cut(): Promise<void> {
    await this.#until((wake) => setImmediate(wake));
    this.#log.finish(this.#call, 'cut');
    this.#response.destroy();
  }

  async #drip(bytes: Buffer, everyMs: number): Promise<void> {
    for (const byte of bytes) {
      this.#response.write(Buffer.of(byte));
      await this.#until((wake) => (everyMs > 0 ? setTimeout(wake, everyMs) : setImmediate(wake)));
    }
  }

  async #until(arm: (wake: () => void) => unknown): Promise<void> {
    if (this.#closed) throw new ClientGone();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    arm(resolve);
    await promise;
    if (this.#closed) throw new ClientGone();
  }
}
