import { type DataSource } from 'typeorm';
import { AppError, type ListSessions, newId, type Session } from '#contracts';
import { ANSWER_DEADLINE_MS, type Database } from '#database';
import { camelCased, type Page, paginate, SessionRow } from '#ledger';
import { GroupCommit } from '#runtime';
import { insertNumbered, type NewSession, type SessionColumns } from './number-sessions.js';
import * as sql from './sql/sessions.js';

export interface StartSession {
  /** Undefined: one is made. */
  readonly id?: string | undefined;
  readonly userId?: string | undefined;
  readonly context: string;
}

export interface Started {
  readonly session: Session;
  readonly isNew: boolean;
}

const BATCHES = { maxBatch: 500, maxInFlight: 2, maxWaiting: 20_000, maxWaitMs: ANSWER_DEADLINE_MS };

/** Sessions as clients see them; every read and write names its tenant. */
export class Sessions {
  /** Many clients connect at once. */
  readonly #numbered: GroupCommit<NewSession, SessionColumns>;

  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {
    this.#numbered = new GroupCommit((wanted) => insertNumbered(database, wanted), BATCHES);
  }

  /** A new session, or the one of this name as it is, opened again when it was closed. */
  start(tenantId: string, { id, userId, context }: StartSession): Promise<Started> {
    const conversationId = newId('conv');
    const fields = { user_id: userId ?? null, conversation_id: conversationId, context };
    return this.database.answer(async () => {
      if (id === undefined)
        return {
          session: toSession(await this.#numbered.add({ tenant_id: tenantId, ...fields })),
          isNew: true,
        };
      const values = [tenantId, id, fields.user_id, conversationId, context];
      const [row] = await this.database.query<SessionColumns>(sql.START_SESSION, values);
      return { session: toSession(row!), isNew: row!.conversation_id === conversationId };
    });
  }

  /** @throws AppError session_not_found, database_unavailable */
  get(tenantId: string, id: string): Promise<Session> {
    return this.#one(sql.SELECT_SESSION, tenantId, id);
  }

  list(tenantId: string, { user_id, is_active, ...request }: ListSessions): Promise<Page<Session>> {
    return this.database.answer(async () => {
      const query = this.source.manager.createQueryBuilder(SessionRow, 's').where({ tenantId });
      if (user_id !== undefined) query.andWhere({ userId: user_id });
      if (is_active !== undefined) query.andWhere({ active: is_active });
      return paginate(query, 's', 'createdAt', request);
    });
  }

  /** For a message: its conversation is there afterwards. @throws AppError session_not_found, session_closed */
  async open(tenantId: string, id: string): Promise<Session> {
    const session = await this.#one(sql.OPEN_SESSION, tenantId, id);
    if (!session.active)
      throw new AppError('session_closed', `session not active: ${id}; start it again to go on with it`);
    return session;
  }

  /** Closing twice is as good as once. @throws AppError session_not_found */
  close(tenantId: string, id: string): Promise<Session> {
    return this.#one(sql.CLOSE_SESSION, tenantId, id);
  }

  /** Its conversation stays. @throws AppError session_not_found */
  remove(tenantId: string, id: string): Promise<void> {
    return this.database.answer(async () => {
      const removed = await this.database.query(sql.REMOVE_SESSION, [tenantId, id]);
      if (removed.length === 0) throw notFound(id);
    });
  }

  #one(statement: typeof sql.SELECT_SESSION, tenantId: string, id: string): Promise<Session> {
    return this.database.answer(async () => {
      const [row] = await this.database.query<SessionColumns>(statement, [tenantId, id]);
      if (!row) throw notFound(id);
      return toSession(row);
    });
  }
}

function notFound(id: string): AppError {
  return new AppError('session_not_found', `session not found: ${id}`);
}

function toSession(row: SessionColumns): Session {
  return camelCased(row) as unknown as Session;
}
