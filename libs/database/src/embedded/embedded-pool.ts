import { EventEmitter } from 'node:events';
import { type PGlite } from '@electric-sql/pglite';
import { Mutex } from './mutex.js';
import { type WriteAheadLog } from './write-ahead-log.js';
import { type Pool, type PoolClient, type QueryResult, type Statement } from '../pool.js';

type ConnectCallback = (error: Error | undefined, client?: EmbeddedClient, release?: () => void) => void;

/**
 * A pg.Pool over the one connection of PGlite. Statements of different clients take turns; a client that
 * begins a transaction has the connection to itself until it commits, rolls back or is released. Whoever is answered
 * finds on the disk what it was told; the next one has its turn meanwhile.
 */
export class EmbeddedPool extends EventEmitter implements Pool {
  readonly #turn = new Mutex();

  constructor(
    private readonly database: PGlite,
    private readonly log: WriteAheadLog,
  ) {
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

  /** One statement by itself. */
  async inTurn(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    const leave = await this.#turn.acquire();
    const result = await this.run(text, values).finally(leave);
    await this.log.onDisk();
    return result;
  }

  /** With a promise as BullMQ and we call it, with a callback as TypeORM does. */
  connect(): Promise<EmbeddedClient>;
  connect(callback: ConnectCallback): void;
  connect(callback?: ConnectCallback): Promise<EmbeddedClient> | void {
    const client = new EmbeddedClient(this, this.#turn, this.log);
    if (!callback) return Promise.resolve(client);
    callback(undefined, client, () => client.release());
  }

  /** The owner closes the database; the libraries that share the pool must not. */
  end(callback?: () => void): Promise<void> {
    callback?.();
    return Promise.resolve();
  }

  /** Only for whoever has the turn. */
  async run(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    const results = values?.length
      ? [await this.database.query(text, [...values])]
      : await this.database.exec(text);
    const last = results.at(-1) as (QueryResult & { affectedRows?: number }) | undefined;
    return {
      rows: last?.rows ?? [],
      rowCount: last?.rowCount ?? last?.affectedRows ?? 0,
      command: last?.command ?? '',
    };
  }
}

class EmbeddedClient extends EventEmitter implements PoolClient {
  #leave: (() => void) | undefined;

  constructor(
    private readonly pool: EmbeddedPool,
    private readonly turn: Mutex,
    private readonly log: WriteAheadLog,
  ) {
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
    if (this.#leave) return this.#inTransaction(text, values);
    if (!/^\s*(begin|start\s+transaction)\b/i.test(text)) return this.pool.inTurn(text, values);
    this.#leave = await this.turn.acquire();
    return this.#inTransaction(text, values);
  }

  async #inTransaction(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    if (!/^\s*(commit|end|rollback(?!\s+to))\b/i.test(text)) return this.pool.run(text, values);
    const result = await this.pool.run(text, values).finally(() => this.#giveUpTurn());
    await this.log.onDisk();
    return result;
  }

  release(): void {
    if (this.#leave) void this.pool.run('ROLLBACK').finally(() => this.#giveUpTurn());
  }

  #giveUpTurn(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}
