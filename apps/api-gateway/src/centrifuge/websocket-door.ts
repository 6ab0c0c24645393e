import { type IncomingMessage } from 'node:http';
import { DISCONNECTS, type Hub, type Visitor } from '#centrifuge';
import { AppError } from '#contracts';
import { type Prepared, type Socket, type SocketDoor } from '#sockets';
import { SocketTransport } from './socket-transport.js';
import { type Visitors } from './visitors.js';

/** Longest frame from a client. */
export const MAX_FRAME_BYTES = 65_536;

/** `/connection/websocket`: the protocol has pings of its own. */
export class WebsocketDoor implements SocketDoor {
  readonly path = '/connection/websocket';
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly pingMs = 0;

  constructor(
    private readonly hub: Hub,
    private readonly visitors: Visitors,
  ) {}

  /** Who has no key may still send a token with its first command. */
  prepare({ headers, url }: IncomingMessage): Promise<Prepared> {
    if (headers['sec-websocket-protocol'] === 'centrifuge-protobuf')
      throw new AppError('invalid_request', 'Use the JSON protocol: protobuf is not spoken here');
    const visitor = this.visitors.of({ headers, url });
    return Promise.resolve({
      open: (socket: Socket) => this.#open(socket, visitor),
    });
  }

  #open(socket: Socket, visitor: Visitor): void {
    const transport = new SocketTransport(socket);
    try {
      const connection = this.hub.open(transport, visitor);
      socket.onText((text) => connection.receive(text));
      socket.onClose(() => connection.closed());
    } catch (error) {
      const isDraining = error instanceof AppError && error.code === 'draining';
      // Either way the client comes back after a while, maybe elsewhere.
      transport.close(isDraining ? DISCONNECTS.shutdown : DISCONNECTS.too_many_requests);
    }
  }
}
