import { type Database } from '#database';
import * as sql from './sql/upkeep-statements.js';

/** What becomes of things that nobody has touched for a long time; each call does a bounded part and says how much. */
export class Upkeep {
  constructor(private readonly database: Database) {}

  /** Active conversations become inactive: the next message makes them active again. */
  deactivate(idleMs: number, limit: number): Promise<number> {
    return this.#count(sql.REST_INACTIVE, idleMs, limit);
  }

  /** Inactive conversations become archived: they are read, and take no messages until somebody makes them active. */
  archive(idleMs: number, limit: number): Promise<number> {
    return this.#count(sql.REST_ARCHIVED, idleMs, limit);
  }

  /** Messages that ended long ago are deleted, with replies, calls and dead letters. */
  deleteEnded(ageMs: number, limit: number): Promise<number> {
    return this.#count(sql.DELETE_ENDED, ageMs, limit);
  }

  /** Sessions to which nothing was ever sent; their names are free again. */
  forgetSessions(ageMs: number, limit: number): Promise<number> {
    return this.#count(sql.DELETE_UNUSED_SESSIONS, ageMs, limit);
  }

  async #count(statement: typeof sql.DELETE_ENDED, ms: number, limit: number): Promise<number> {
    return (await this.database.query(statement, [ms, limit])).length;
  }
}
