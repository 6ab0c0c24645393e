import { type IncomingMessage } from 'node:http';

/**
 * One WebSocket connection, text only, with a bounded send buffer: whoever writes stops at 256 KB and waits for
 * `drained`; past 1 MB, or when the peer takes nothing for the write timeout, the connection is closed as slow.
 */
export interface Socket {
  readonly id: string;
  /** The client's, as trusted proxies tell it. */
  readonly address: string;
  /** Does nothing once the connection is closing. */
  send(text: string): void;
  /** Bytes that the peer has not taken yet. */
  readonly buffered: number;
  /** Whoever writes should wait for `drained`. */
  readonly isFull: boolean;
  /** Resolves when less than the low mark is buffered, or the connection is closing. */
  drained(): Promise<void>;
  /** Reads nothing more until `resume`: what the peer sends waits at the peer. */
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  onText(listener: (text: string) => void): void;
  /** Once, when the connection is gone, however that came. */
  onClose(listener: (code: number) => void): void;
}

/** What a door makes of one connection. */
export interface Prepared {
  /** Of the answer to the upgrade. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Attaches its listeners at once, so that no text is missed. */
  open(socket: Socket): void;
}

/** A path that takes WebSockets. */
export interface SocketDoor {
  readonly path: string;
  /** A larger frame closes the connection with 1009. */
  readonly maxFrameBytes: number;
  /** How often the peer is pinged; 0: the door does its own. */
  readonly pingMs: number;
  /** Runs before the upgrade: it says who that is, and what it throws is the HTTP answer. @throws AppError */
  prepare(request: IncomingMessage, address: string): Promise<Prepared>;
}
