import { type MessageSettings } from '#config';
import { AppError, type Caller, type CreateMessage, type Message, priorityNumber } from '#contracts';
import { ANSWER_DEADLINE_MS } from '#database';
import { type NewMessageRow, toPriorityName } from '#ledger';
import { withDeadline } from '#runtime';

/** Turns a request into the row that is committed, or refuses it; what is not in the request has its default. */
export class Admission {
  constructor(private readonly settings: MessageSettings) {}

  /** @throws AppError content_too_long */
  admit(caller: Caller, request: CreateMessage, id: string, requestId: string): NewMessageRow {
    const { max_content_length, max_retries, timeout } = this.settings.value;
    if (request.content.length > max_content_length)
      throw tooLong(request.content.length, max_content_length);
    return {
      id,
      tenant_id: caller.tenantId,
      user_id: request.user_id,
      conversation_id: request.conversation_id ?? null,
      content: request.content,
      priority: priorityNumber(request.priority ?? 'normal'),
      metadata: request.metadata ?? {},
      max_retries,
      timeout_ms: timeout,
      request_id: requestId,
    };
  }

  /** Whoever waits for the answer gets one in less than a second. */
  inTime<T>(commit: Promise<T>): Promise<T> {
    return withDeadline(commit, ANSWER_DEADLINE_MS, 'database_unavailable', 'Storing the message');
  }

  /** The message as it now lies in the ledger, without reading it back. */
  asMessage(row: NewMessageRow, createdAt: Date): Message {
    return {
      id: row.id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      conversationId: row.conversation_id,
      turn: null,
      content: row.content,
      priority: toPriorityName(row.priority),
      status: 'pending',
      metadata: row.metadata,
      attempt: 0,
      retryCount: 0,
      maxRetries: row.max_retries,
      timeoutMs: row.timeout_ms,
      requestId: row.request_id,
      createdAt,
      updatedAt: createdAt,
      startedAt: null,
      completedAt: null,
      failure: null,
      reply: null,
    };
  }
}

function tooLong(length: number, max: number): AppError {
  const message = `has ${length} characters, at most ${max} are allowed`;
  return new AppError('content_too_long', `The content ${message}`, {
    fields: [{ field: 'content', message }],
  });
}
