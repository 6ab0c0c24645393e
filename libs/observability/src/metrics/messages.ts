import { ERROR_CODE, FINAL_STATUS, LANE, PRIORITY } from './bounds.js';
import { counter, gauge, histogram, LONG_SECONDS } from './definition.js';

/** What becomes of messages, and what the workers hold for them. */
export const MESSAGES = {
  active: gauge('sum', 'llm_active_tasks', 'worker', 'Messages that this process runs now.'),
  wait: histogram(
    'llmq_message_wait_seconds',
    'worker',
    'Time from accept, or from when a message was due, to the first claim.',
    { priority: PRIORITY },
    LONG_SECONDS,
  ),
  run: histogram(
    'llmq_message_run_seconds',
    'worker',
    'Time of one attempt: it ended by itself, was cancelled, handed back by a process that ends (draining), or given up because another worker has the message (lock_lost).',
    { priority: PRIORITY, status: ['ended', 'cancelled', 'draining', 'lock_lost'] },
  ),
  finished: counter('llmq_messages_finished_total', 'all', 'Messages that reached a final state.', {
    priority: PRIORITY,
    status: FINAL_STATUS,
  }),
  retried: counter('llmq_message_retries_total', 'worker', 'Attempts that failed and will be repeated.', {
    code: ERROR_CODE,
  }),
  deadLettered: counter('llmq_dead_letters_total', 'all', 'Messages that failed for good.', {
    code: ERROR_CODE,
  }),
  results: counter(
    'llmq_results_total',
    'worker',
    'Results of a required form by how they came: valid, repaired (asked for twice), or invalid for good.',
    { outcome: ['valid', 'repaired', 'invalid'] },
  ),
  cacheRequests: counter(
    'llmq_cache_requests_total',
    'worker',
    'Messages that may be answered from the cache, by what came of it (hit, miss, or shared: the call of an equal one that ran), and answers for it (stored, too_large).',
    { outcome: ['hit', 'miss', 'shared', 'stored', 'too_large'] },
  ),
  putOff: counter(
    'llmq_put_off_total',
    'worker',
    'Messages that were put off because as many of the same tenant, user or task type run as may, or the task type has used up its rate.',
    { limit: ['tenant', 'user', 'task_type', 'task_type_rate'] },
  ),
  slotsInUse: gauge('sum', 'llmq_slots_in_use', 'worker', 'Slots on an upstream that this worker holds.', {
    lane: LANE,
  }),
  slotLimit: gauge(
    'max',
    'llmq_slot_limit',
    'worker',
    'Slots that all workers together may hold on an upstream now: as configured, registered and planned.',
    { lane: LANE },
  ),
  lanePaused: gauge(
    'max',
    'llmq_lane_paused',
    'worker',
    '1 while nothing is started in a lane because its upstream has turned calls away, or all of its endpoints and keys are out.',
    { lane: LANE },
  ),
  leasesHeld: gauge(
    'sum',
    'llmq_leases_held',
    'worker',
    'Messages of which this worker holds the lease in the ledger.',
  ),
  leasesLost: counter(
    'llmq_leases_lost_total',
    'worker',
    'Leases that another worker has taken over, or the reconciler has ended, while the message ran here.',
  ),
};
