import { type Conversation } from '#contracts';

/** A conversation as clients see it. */
export function conversationView(conversation: Conversation) {
  return {
    id: conversation.id,
    user_id: conversation.userId,
    title: conversation.title,
    context: conversation.context,
    state: conversation.state,
    status: conversation.state,
    priority: conversation.priority,
    on_failure: conversation.onFailure,
    blocked_by: conversation.blockedBy,
    message_count: conversation.messageCount,
    metadata: conversation.metadata,
    created_at: conversation.createdAt.toISOString(),
    updated_at: conversation.updatedAt.toISOString(),
    last_active_at: conversation.lastActiveAt.toISOString(),
    completed_at: conversation.completedAt?.toISOString() ?? null,
  };
}
