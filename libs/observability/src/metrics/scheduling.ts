import { CONVERSATION_STATE, LANE, PRIORITY, RESOURCE_STATUS, TASK_EVENT } from './bounds.js';
import { counter, gauge, histogram } from './definition.js';

const LEADS = 'in the scheduler process that leads';

/** What the scheduler does. A gauge that only the leader knows is 0, or not there, in the others. */
export const SCHEDULING = {
  leader: gauge('sum', 'llmq_scheduler_leader', 'scheduler', '1 in the scheduler process that leads.'),
  tickDuration: histogram(
    'llmq_scheduler_tick_seconds',
    'scheduler',
    'Time that the leader takes for all of its duties, once in every tick.',
  ),
  desiredSlots: gauge(
    'max',
    'llm_scheduler_desired_slots',
    'scheduler',
    'Calls that the scheduler wants to run at once on an upstream.',
    { lane: LANE },
  ),
  ceiling: gauge(
    'max',
    'llm_scheduler_ceiling',
    'scheduler',
    'Calls that an upstream is believed to bear at once.',
    { lane: LANE },
  ),
  desiredWorkers: gauge(
    'max',
    'llm_scheduler_desired_workers',
    'scheduler',
    'Worker processes that the planned slots need, for an autoscaler.',
  ),
  plannedAt: gauge(
    'max',
    'llm_scheduler_plan_timestamp_seconds',
    'scheduler',
    'When the leader has made its last plan, in seconds since 1970; 0: it does not lead.',
  ),
  backlog: gauge(
    'max',
    'llmq_backlog_messages',
    'scheduler',
    `Messages in the ledger that have not started, counted up to 20,000 over all bands, ${LEADS}.`,
    { priority: PRIORITY },
  ),
  backlogAge: gauge(
    'max',
    'llmq_backlog_age_seconds',
    'scheduler',
    `How long the oldest message that could have started waits; 0: none does, ${LEADS}.`,
    { priority: PRIORITY },
  ),
  deadLetters: gauge(
    'max',
    'llmq_dead_letters',
    'scheduler',
    `Dead letters that wait, counted up to 100,000, ${LEADS}.`,
    { priority: PRIORITY },
  ),
  deadLettersHandled: counter(
    'llmq_dead_letters_handled_total',
    ['gateway', 'scheduler'],
    'What became of dead letters: requeued, redriven (requeued with many), deleted, expired.',
    { action: ['requeued', 'redriven', 'deleted', 'expired'] },
  ),
  redrivesRunning: gauge('max', 'llmq_redrives_running', 'scheduler', `Redrives that run, ${LEADS}.`),
  reconciled: counter(
    'llmq_reconciler_requeued_total',
    'scheduler',
    'Messages that the reconciler put into the schedule.',
    { reason: ['not_enqueued', 'worker_lost', 'retry_lost'] },
  ),
  released: counter(
    'llmq_scheduled_released_total',
    'scheduler',
    'Scheduled messages that got their turn because they were due.',
  ),
  expired: counter(
    'llmq_messages_expired_total',
    'scheduler',
    'Messages that ended because they had waited too long.',
    { priority: PRIORITY },
  ),
  rested: counter(
    'llmq_conversations_rested_total',
    'scheduler',
    'Conversations that became inactive or archived because nobody used them.',
    { state: CONVERSATION_STATE },
  ),
  deleted: counter(
    'llmq_messages_deleted_total',
    'scheduler',
    'Messages that were deleted because they had ended long ago.',
  ),
  statistics: counter(
    'llmq_statistics_collections_total',
    'scheduler',
    'Times that the leader counted closed minutes for the statistics of the queues.',
  ),
  callbacks: counter(
    'llmq_callbacks_total',
    'scheduler',
    'Tries to deliver a callback by what came of them: delivered, retried (it will be tried again), failed (given up).',
    { event: TASK_EVENT, outcome: ['delivered', 'retried', 'failed'] },
  ),
  callbacksUnderWay: gauge(
    'sum',
    'llmq_callbacks_under_way',
    'scheduler',
    'Callbacks that this process is sending now.',
  ),
  callbackDuration: histogram(
    'llmq_callback_duration_seconds',
    'scheduler',
    'Time until a receiver of callbacks has answered, or has not.',
  ),
  callbacksWaiting: gauge(
    'max',
    'llmq_callbacks_waiting',
    'scheduler',
    `Callbacks in the outbox that are not delivered yet, counted up to 20,000, ${LEADS}.`,
  ),
  callbacksAge: gauge(
    'max',
    'llmq_callbacks_age_seconds',
    'scheduler',
    `How long the oldest of them has been there; 0: there is none, ${LEADS}.`,
  ),
  resources: gauge('max', 'llmq_resources', 'scheduler', `Registered resources by status, ${LEADS}.`, {
    status: RESOURCE_STATUS,
  }),
  resourceAllocations: gauge(
    'max',
    'llmq_resource_allocations',
    'scheduler',
    `Allocations that live, ${LEADS}.`,
  ),
  resourceRequestsWaiting: gauge(
    'max',
    'llmq_resource_requests_waiting',
    'scheduler',
    `Requests for an allocation that wait for room, ${LEADS}.`,
  ),
  resourceRequests: counter(
    'llmq_resource_requests_total',
    ['gateway', 'scheduler'],
    'What became of requests for an allocation.',
    { outcome: ['granted', 'refused', 'released', 'expired'] },
  ),
};
