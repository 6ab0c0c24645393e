import { type Session } from '#contracts';

/** A session as clients see it. */
export function sessionView(session: Session) {
  return {
    id: session.id,
    session_id: session.id,
    user_id: session.userId,
    is_active: session.active,
    conversation_id: session.conversationId,
    context: session.context,
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString(),
  };
}
