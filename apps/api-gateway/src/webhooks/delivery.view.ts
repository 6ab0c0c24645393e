import { taskIdOf, taskStatusOf } from '#contracts';
import { type CallbackDeliveryRow } from '#ledger';

/** The delivery of an event as clients see it; `webhook-id` of its request is its id. */
export function deliveryView(delivery: CallbackDeliveryRow) {
  const { state, dueAt, errorMessage, deliveredAt } = delivery;
  return {
    id: delivery.id,
    task_id: taskIdOf(delivery.messageId),
    event_type: delivery.event,
    status: taskStatusOf(delivery.status),
    ...(errorMessage !== null && { error: errorMessage }),
    url: delivery.url,
    state,
    attempts: delivery.attempts,
    next_attempt_at: state === 'pending' ? dueAt.toISOString() : null,
    last_response: delivery.lastStatus,
    last_error: delivery.lastError,
    created_at: delivery.createdAt.toISOString(),
    updated_at: delivery.updatedAt.toISOString(),
    delivered_at: deliveredAt?.toISOString() ?? null,
  };
}
