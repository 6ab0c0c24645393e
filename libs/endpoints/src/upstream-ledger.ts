import { type BalancingSpec } from '#catalog';
import { type EndpointFields, type KeyRest } from '#contracts';
import { type Database } from '#database';
import * as sql from './sql/statements.js';

/** An endpoint as it lies in the ledger: added (with a url), or changed. */
export interface EndpointRow {
  readonly id: string;
  readonly provider: string;
  readonly url: string | null;
  readonly fields: Partial<EndpointFields>;
  readonly updated_at: string;
}

/** A rest, and its version: another one after each change. */
export interface RestRow extends KeyRest {
  readonly version: string;
}

/** Everything that has been said of upstreams while the system runs. */
export interface UpstreamOrders {
  readonly endpoints: readonly EndpointRow[];
  readonly balancing: Readonly<Record<string, Partial<BalancingSpec>>>;
  readonly rests: readonly RestRow[];
}

export const NO_ORDERS: UpstreamOrders = { endpoints: [], balancing: {}, rests: [] };

/** What is to be set, and what is to be forgotten, of a bag of fields. */
export interface FieldChange {
  readonly set: Readonly<Record<string, unknown>>;
  readonly forget: readonly string[];
}

/** Undefined leaves a field as it is, null forgets it. */
export function fieldChange(fields: Readonly<Record<string, unknown>>): FieldChange {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    set: Object.fromEntries(given.filter(([, value]) => value !== null)),
    forget: given.flatMap(([name, value]) => (value === null ? [name] : [])),
  };
}

/** The statements on what is said of upstreams. */
export class UpstreamLedger {
  constructor(private readonly database: Database) {}

  /** Work that an HTTP caller waits for. */
  answer<T>(work: () => Promise<T>): Promise<T> {
    return this.database.answer(work);
  }

  async read(): Promise<UpstreamOrders> {
    const [orders] = await this.database.query<UpstreamOrders>(sql.READ);
    return orders!;
  }

  /** False when the id is taken, or when there are as many as there may be. */
  add(id: string, provider: string, url: string, fields: EndpointFields, most: number): Promise<boolean> {
    return this.#did(sql.ADD, [id, provider, url, fields, most]);
  }

  /** False when none of this id has been added. */
  change(id: string, url: string | undefined, { set, forget }: FieldChange): Promise<boolean> {
    return this.#did(sql.CHANGE, [id, url ?? null, set, forget]);
  }

  /** Puts a change on top of a configured endpoint; false when there are as many as there may be. */
  overlay(id: string, provider: string, { set, forget }: FieldChange, most: number): Promise<boolean> {
    return this.#did(sql.OVERLAY, [id, provider, set, forget, most]);
  }

  /** False when none of this id has been added. */
  remove(id: string): Promise<boolean> {
    return this.#did(sql.REMOVE, [id]);
  }

  async setBalancing(provider: string, { set, forget }: FieldChange): Promise<void> {
    await this.database.query(sql.SET_BALANCING, [provider, set, forget]);
  }

  /** Answers with the version that the rest has now. */
  async rest({ provider, key, endpoint, digest, reason, forMs }: KeyRest): Promise<string> {
    const values = [provider, key, endpoint, digest, reason, forMs];
    return (await this.database.query<{ version: string }>(sql.REST, values))[0]!.version;
  }

  async putBack(provider: string, key: string): Promise<void> {
    await this.database.query(sql.PUT_BACK, [provider, key]);
  }

  async #did(statement: typeof sql.ADD, values: unknown[]): Promise<boolean> {
    return (await this.database.query(statement, values)).length === 1;
  }
}
