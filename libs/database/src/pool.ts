/** The rows of one statement, as node-postgres answers. */
export interface QueryResult {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number | null;
  readonly command: string;
}

/** A statement for the hot path: `name` lets Postgres keep its plan. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement and its values; answers with its rows. */
export type Query = <R>(statement: Statement, values?: unknown[]) => Promise<R[]>;

/** The part of a pg client that TypeORM, BullMQ and our own code use. */
export interface PoolClient {
  query(
    statement: string | (Statement & { values: readonly unknown[] }),
    values?: readonly unknown[],
  ): Promise<QueryResult>;
  release(destroy?: boolean | Error): void;
}

/** The part of pg.Pool that TypeORM, BullMQ and our own code use; the embedded database offers the same. */
export interface Pool {
  query(statement: string | (Statement & { values: unknown[] }), values?: unknown[]): Promise<QueryResult>;
  connect(): Promise<PoolClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
