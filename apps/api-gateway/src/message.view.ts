import { formatDuration } from '#config';
import { type Message, type Reply } from '#contracts';
import { type Page } from '#ledger';
import { type Accepted } from '#walk';

/** A message as clients see it. */
export function messageView(message: Message) {
  return {
    id: message.id,
    conversation_id: message.conversationId,
    user_id: message.userId,
    content: message.content,
    priority: message.priority,
    status: message.status,
    queue_name: `${message.priority}_priority`,
    retry_count: message.retryCount,
    max_retries: message.maxRetries,
    timeout: formatDuration(message.timeoutMs),
    metadata: message.metadata,
    reply: message.reply && replyView(message.reply),
    error: message.failure,
    request_id: message.requestId,
    created_at: message.createdAt.toISOString(),
    updated_at: message.updatedAt.toISOString(),
    started_at: message.startedAt?.toISOString() ?? null,
    completed_at: message.completedAt?.toISOString() ?? null,
  };
}

/** A message that was accepted just now, with its place in the queue. */
export function acceptedView({ message, queue }: Accepted) {
  const { position, estimatedWaitMs } = queue;
  return {
    ...messageView(message),
    queue: {
      position,
      estimated_wait: estimatedWaitMs === undefined ? null : formatDuration(estimatedWaitMs),
      estimated_wait_ms: estimatedWaitMs ?? null,
    },
  };
}

export function pageView<T, K extends string>(name: K, page: Page<T>, view: (item: T) => object) {
  const items = { [name]: page.items.map(view) } as Record<K, object[]>;
  return {
    ...items,
    pagination: {
      next: page.next,
      has_more: page.next !== null,
      page_size: page.pageSize,
      ...(page.total !== null && {
        page: page.page,
        total: page.total,
        total_pages: Math.ceil(page.total / page.pageSize),
      }),
    },
  };
}

function replyView(reply: Reply) {
  const { promptTokens, completionTokens, estimated } = reply.usage;
  return {
    content: reply.content,
    provider: reply.provider,
    model: reply.model,
    finish_reason: reply.finishReason,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      estimated,
    },
  };
}
