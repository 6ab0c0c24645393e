import { type Disconnect, type Transport } from '#centrifuge';
import { type Socket } from '#sockets';

/** A connection that is a WebSocket: a frame holds one message on each line. */
export class SocketTransport implements Transport {
  readonly emulated = false;
  readonly unidirectional = false;

  constructor(private readonly socket: Socket) {}

  send(messages: readonly string[]): void {
    this.socket.send(messages.join('\n'));
  }

  get buffered(): number {
    return this.socket.buffered;
  }

  drained(): Promise<void> {
    return this.socket.drained();
  }

  close({ code, reason }: Disconnect): void {
    this.socket.close(code, reason);
  }
}
