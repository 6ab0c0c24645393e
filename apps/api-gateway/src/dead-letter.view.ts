import { formatDuration } from '#config';
import { type DeadLetter, type DeadLetterAudit, type DeadLetterFilter, type Redrive } from '#contracts';

/** A dead letter as clients see it; its id is that of the message. */
export function deadLetterView(letter: DeadLetter) {
  return {
    id: letter.id,
    user_id: letter.userId,
    conversation_id: letter.conversationId,
    priority: letter.priority,
    source_queue: `${letter.priority}_priority`,
    provider: letter.lane,
    error: { code: letter.code, message: letter.reason },
    attempts: letter.attempts,
    failed_at: letter.failedAt.toISOString(),
  };
}

/** What was done with a dead letter. */
export function auditView({ at, by, action, redriveId, messageId, id, ...letter }: DeadLetterAudit) {
  return {
    id,
    message_id: messageId,
    action,
    by,
    redrive_id: redriveId,
    at: at.toISOString(),
    user_id: letter.userId,
    conversation_id: letter.conversationId,
    priority: letter.priority,
    provider: letter.lane,
    error: { code: letter.code, message: letter.reason },
    attempts: letter.attempts,
    failed_at: letter.failedAt.toISOString(),
  };
}

/** A redrive with its progress. */
export function redriveView(redrive: Redrive) {
  const { total, requeued, skipped, state } = redrive;
  return {
    id: redrive.id,
    state,
    filter: filterView(redrive.filter),
    rate: redrive.rate,
    total,
    requeued,
    skipped,
    remaining: state === 'done' ? 0 : Math.max(0, total - requeued - skipped),
    error: redrive.error,
    requested_by: redrive.requestedBy,
    stopped_by: redrive.stoppedBy,
    created_at: redrive.createdAt.toISOString(),
    updated_at: redrive.updatedAt.toISOString(),
    finished_at: redrive.finishedAt?.toISOString() ?? null,
  };
}

function filterView({ older_than, newer_than, ...rest }: DeadLetterFilter) {
  return {
    ...rest,
    ...(older_than !== undefined && { older_than: formatDuration(older_than) }),
    ...(newer_than !== undefined && { newer_than: formatDuration(newer_than) }),
  };
}
