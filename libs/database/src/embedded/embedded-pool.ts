import { EventEmitter } from 'node:events';
import { type Pool, type PoolClient, type QueryResult, type Statement } from '../pool.js';
import { Mutex } from './mutex.js';
import { type EmbeddedServer } from './server.js';
import { type EmbeddedSession } from './session.js';

type ConnectCallback = (error: Error | undefined, client?: EmbeddedClient, release?: () => void) => void;

const BEGINS = /^\s*(begin|start\s+transaction)\b/i;
const ENDS = /^\s*(commit|end|rollback(?!\s+to))\b/i;

/**
 * A pg.Pool over the one connection of PGlite. Statements of different clients take turns; a client that
 * begins a transaction has the connection to itself until it commits, rolls back or is released. Whoever is answered
 * finds on the disk what it was told; the next one has its turn meanwhile.
 */
export class EmbeddedPool extends EventEmitter implements Pool {
  readonly #turn = new Mutex();

  constructor(private readonly server: EmbeddedServer) {
    super();
    this.setMaxListeners(0);
  }

  query(
    statement: string | (Statement & { values: readonly unknown[] }),
    values?: readonly unknown[],
  ): Promise<QueryResult> {
    return typeof statement === 'string'
      ? this.inTurn(statement, values)
      : this.inTurn(statement.text, statement.values);
  }

  /** With a promise as BullMQ and we call it, with a callback as TypeORM does. */
  connect(): Promise<EmbeddedClient>;
  connect(callback: ConnectCallback): void;
  connect(callback?: ConnectCallback): Promise<EmbeddedClient> | void {
    const client = new EmbeddedClient(this);
    if (!callback) return Promise.resolve(client);
    callback(undefined, client, () => client.release());
  }

  /** The owner closes the database; the libraries that share the pool must not. */
  end(callback?: () => void): Promise<void> {
    callback?.();
    return Promise.resolve();
  }

  /** An error that is nobody's answer, for whoever listens. */
  tell(error: Error): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  /** One statement by itself. */
  async inTurn(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    const leave = await this.#turn.acquire();
    try {
      const { session } = this.server;
      const result = await session.run(text, values);
      leave();
      await session.onDisk();
      return result;
    } finally {
      leave();
    }
  }

  /** The connection for several statements, and the function that gives it back. */
  async take(): Promise<{ session: EmbeddedSession; leave: () => void }> {
    const leave = await this.#turn.acquire();
    try {
      return { session: this.server.session, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }
}

class EmbeddedClient extends EventEmitter implements PoolClient {
  /** While a transaction is open; it ends with the database that it began in. */
  #taken: { session: EmbeddedSession; leave: () => void } | undefined;

  constructor(private readonly pool: EmbeddedPool) {
    super();
  }

  query(
    statement: string | (Statement & { values: readonly unknown[] }),
    values?: readonly unknown[],
  ): Promise<QueryResult> {
    return typeof statement === 'string'
      ? this.#query(statement, values)
      : this.#query(statement.text, statement.values);
  }

  async #query(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    if (!this.#taken && !BEGINS.test(text)) return this.pool.inTurn(text, values);
    const { session } = (this.#taken ??= await this.pool.take());
    if (!ENDS.test(text)) return session.run(text, values);
    const result = await session.run(text, values).finally(() => this.#giveBack());
    await session.onDisk();
    return result;
  }

  release(): void {
    void this.#taken?.session
      .run('ROLLBACK')
      .catch(() => undefined)
      .finally(() => this.#giveBack());
  }

  #giveBack(): void {
    this.#taken?.leave();
    this.#taken = undefined;
  }
}
