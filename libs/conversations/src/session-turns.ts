import { type Session } from '#contracts';
import { type Database } from '#database';
import * as sql from './sql/sessions.js';

/** A message of a session's conversation. */
export interface SessionTurn {
  readonly id: string;
  readonly turn: number;
}

type SessionName = Pick<Session, 'tenantId' | 'id'>;

/** Which sessions have so many turns, by `nameOf`; one that is closed or gone is not in it. */
export type Progress = ReadonlyMap<string, number>;

export function nameOf({ tenantId, id }: SessionName): string {
  return `${tenantId}\n${id}`;
}

/** What the readers of sessions ask of the ledger. */
export class SessionTurns {
  constructor(private readonly database: Database) {}

  /** In their order, at most `limit`. */
  after({ conversationId }: Session, turn: number, limit: number): Promise<SessionTurn[]> {
    return this.database.answer(() =>
      this.database.query<SessionTurn>(sql.SELECT_TURNS_AFTER, [conversationId, turn, limit]),
    );
  }

  /** The turn behind which nothing has ended. */
  async lastEnded({ conversationId }: Session): Promise<number> {
    const [row] = await this.database.answer(() =>
      this.database.query<{ turn: number }>(sql.SELECT_LAST_ENDED_TURN, [conversationId]),
    );
    return row?.turn ?? 0;
  }

  async progress(sessions: readonly SessionName[]): Promise<Progress> {
    const values = [sessions.map(({ tenantId }) => tenantId), sessions.map(({ id }) => id)];
    const rows = await this.database.query<{ tenant_id: string; id: string; turns: number }>(
      sql.SELECT_PROGRESS,
      values,
    );
    return new Map(rows.map((row) => [nameOf({ tenantId: row.tenant_id, id: row.id }), row.turns]));
  }
}
