import { type RawData, type WebSocket } from 'ws';
import { CLOSE } from './close-codes.js';
import { type Socket } from './socket.js';

/** Bytes of the send buffer: whoever writes waits from `full` until `low`; at `most` the connection is closed. */
export const BUFFER = { low: 64 * 1_024, full: 256 * 1_024, most: 1_024 * 1_024 } as const;

/** A peer that does not answer the closing handshake is cut off after this. */
const CLOSE_PATIENCE_MS = 5_000;

/** Why a connection was closed from here; `peer`: it was not. */
export type Ending = 'peer' | 'slow' | 'dead' | 'closed';

export interface Timing {
  /** 0: the door does its own pings. */
  readonly pingMs: number;
  /** A peer of which nothing was heard for so long is dead. */
  readonly deadMs: number;
  /** A peer that takes nothing of a full buffer for so long is slow. */
  readonly writeMs: number;
}

/** A `Socket` over the package `ws`. It has no timer of its own: `beat` comes often enough. */
export class Connection implements Socket {
  #texts: ((text: string) => void)[] = [];
  #closes: ((code: number) => void)[] = [];
  #waiting: (() => void)[] = [];
  #ending: Ending = 'peer';
  #isPaused = false;
  #heardAt = performance.now();
  #pingedAt = this.#heardAt;
  /** Since when the peer has taken nothing of a full buffer; 0: it is not full. */
  #stuckSince = 0;
  /** 0: it is not closing. */
  #closingSince = 0;

  constructor(
    readonly id: string,
    readonly address: string,
    private readonly ws: WebSocket,
    private readonly timing: Timing,
  ) {
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => (this.#heardAt = performance.now()));
    ws.on('close', (code) => this.#closed(code));
    // What a peer does wrong closes the connection with its code; there is nobody else to tell.
    ws.on('error', () => undefined);
  }

  /** Why it was closed. */
  get ending(): Ending {
    return this.#ending;
  }

  get buffered(): number {
    return this.ws.bufferedAmount;
  }

  get isFull(): boolean {
    return this.buffered >= BUFFER.full;
  }

  send(text: string): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    if (this.buffered >= BUFFER.most) return this.#end('slow', CLOSE.slow, 'slow');
    this.ws.send(text, this.#flushed);
    if (this.#stuckSince === 0 && this.isFull) this.#stuckSince = performance.now();
  }

  drained(): Promise<void> {
    if (this.ws.readyState !== this.ws.OPEN || this.buffered < BUFFER.low) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  pause(): void {
    this.#isPaused = true;
    this.ws.pause();
  }

  resume(): void {
    this.#isPaused = false;
    // What the peer has answered meanwhile was not read.
    this.#heardAt = performance.now();
    this.ws.resume();
  }

  close(code: number, reason: string): void {
    this.#end('closed', code, reason);
  }

  onText(listener: (text: string) => void): void {
    this.#texts.push(listener);
  }

  onClose(listener: (code: number) => void): void {
    this.#closes.push(listener);
  }

  /** Pings when it is time, and ends what is dead, slow or does not say goodbye. */
  beat(now: number): void {
    if (this.#closingSince > 0) {
      if (now - this.#closingSince >= CLOSE_PATIENCE_MS) this.ws.terminate();
    } else if (this.#isStuck(now)) this.#end('slow', CLOSE.slow, 'slow');
    else if (this.timing.pingMs > 0 && !this.#isPaused) this.#ping(now);
  }

  /** Without goodbye. */
  cut(): void {
    this.ws.terminate();
  }

  #ping(now: number): void {
    if (now - this.#heardAt >= this.timing.deadMs) {
      this.#ending = 'dead';
      return this.ws.terminate();
    }
    if (now - this.#pingedAt < this.timing.pingMs) return;
    this.#pingedAt = now;
    this.ws.ping();
  }

  #isStuck(now: number): boolean {
    return this.#stuckSince > 0 && now - this.#stuckSince >= this.timing.writeMs;
  }

  readonly #flushed = (): void => {
    if (this.buffered < BUFFER.low) {
      this.#stuckSince = 0;
      this.#release();
    } else if (this.#stuckSince > 0) this.#stuckSince = performance.now();
  };

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now();
    if (this.#closingSince > 0) return;
    if (isBinary) return this.#end('closed', CLOSE.notText, 'send text frames');
    const text = (data as Buffer).toString();
    for (const listener of this.#texts) listener(text);
  }

  #end(ending: Ending, code: number, reason: string): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    this.#ending = ending;
    this.#closingSince = performance.now();
    this.ws.resume();
    this.ws.close(code, reason);
    this.#release();
  }

  #closed(code: number): void {
    this.#release();
    for (const listener of this.#closes.splice(0)) listener(code);
    this.#texts = [];
  }
}
