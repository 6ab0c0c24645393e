import { AppError, type Session, type SessionStreamQuery } from '#contracts';
import { type Sessions, type SessionTurns } from '#conversations';
import { type MessageReader } from '#ledger';
import { parseCursor, type SessionCursor } from './session-cursor.js';

/** What a reader asks for. */
export interface Wanted {
  /** The id of the last event that it has seen. */
  readonly after: string | undefined;
  readonly from: SessionStreamQuery['from'];
}

/** Finds the session that a reader asks for, and where it is to begin. */
export class OpenSession {
  constructor(
    private readonly sessions: Sessions,
    private readonly turns: SessionTurns,
    private readonly messages: MessageReader,
  ) {}

  /** @throws AppError invalid_session_id, session_not_found */
  async run(
    tenantId: string,
    id: string,
    { after, from }: Wanted,
  ): Promise<{ readonly session: Session; readonly from: SessionCursor }> {
    if (id.trim() === '') throw new AppError('invalid_session_id', `invalid session id: ${id}`);
    const session = await this.sessions.get(tenantId, id);
    if (!session.active) throw new AppError('session_not_found', `session not found: ${id}`);
    const cursor = after === undefined ? undefined : await this.#cursor(session, after);
    if (cursor) return { session, from: cursor };
    return { session, from: { turn: from === 'now' ? await this.turns.lastEnded(session) : 0 } };
  }

  /** Undefined: it is of another session, or of one that had this name before. */
  async #cursor({ tenantId, conversationId }: Session, after: string): Promise<SessionCursor | undefined> {
    const cursor = parseCursor(after);
    if (!cursor?.message) return cursor;
    const message = await this.messages.find(tenantId, cursor.message.id);
    return !message || message.conversationId === conversationId ? cursor : undefined;
  }
}
