import { AppError } from '#contracts';
import { Connection } from './connection.js';
import { type Visitor } from './gate.js';
import { type Surroundings } from './peer.js';
import { DISCONNECTS } from './protocol/codes.js';
import { type Transport } from './protocol/transport.js';

const TICK_MS = 1_000;

/** All connections of one process: bounded in number, looked after by one timer, ended together at shutdown. */
export class Hub {
  readonly #connections = new Map<string, Connection>();
  readonly #ticker: NodeJS.Timeout;
  readonly startedAt: number;
  #isClosed = false;

  constructor(
    readonly at: Surroundings,
    private readonly maxConnections: number,
    private readonly onCount: (connections: number) => void = () => undefined,
  ) {
    this.startedAt = at.now();
    this.#ticker = setInterval(() => this.tick(), TICK_MS);
    this.#ticker.unref();
  }

  /** @throws AppError draining, too_many_streams */
  open(transport: Transport, visitor: Visitor): Connection {
    if (this.#isClosed) throw new AppError('draining', 'This process is shutting down; go on at another one');
    if (this.#connections.size >= this.maxConnections)
      throw new AppError('too_many_streams', 'This process has all the connections that it may have', {
        retryAfterMs: 2_000,
      });
    const connection = new Connection(this.at, transport, visitor, ({ session }) => {
      this.#connections.delete(session);
      this.onCount(this.#connections.size);
    });
    this.#connections.set(connection.session, connection);
    this.onCount(this.#connections.size);
    return connection;
  }

  /** A frame that came by another way than the connection's own; one for a session that is gone is dropped. */
  receive(session: string, frame: string): void {
    this.#connections.get(session)?.receive(frame);
  }

  connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  tick(): void {
    for (const connection of this.#connections.values()) connection.tick();
  }

  /** Clients come back by themselves, to another process, and go on where they were. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    for (const connection of this.#connections.values()) connection.disconnect(DISCONNECTS.shutdown);
  }
}
