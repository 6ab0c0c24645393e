import { type Disconnect } from './codes.js';

/** What a connection writes to: a WebSocket, or an HTTP response whose way back is another request. */
export interface Transport {
  /** Whether commands come by `/emulation`, so that the client must be told its session and this node. */
  readonly emulated: boolean;
  /** Whether no commands come after the first: the client is subscribed to what it names when it connects. */
  readonly unidirectional: boolean;
  /** Messages, each JSON in one line, in one go. */
  send(messages: readonly string[]): void;
  /** Bytes that the peer has not taken yet. */
  readonly buffered: number;
  /** Resolves when the peer has taken most of them. */
  drained(): Promise<void>;
  close(disconnect: Disconnect): void;
}
