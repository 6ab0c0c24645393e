import { chart, type Dashboard, parts, perSecond, quantile, whole } from '../panel.js';

export const QUEUE: Dashboard = {
  uid: 'llmq-queue',
  title: 'LLM Message Queue: queue and fairness',
  description: 'What waits, for how long, who goes first, and what the scheduler makes of it.',
  rows: [
    [
      chart('Waiting', 'short', { '{{lane}} {{priority}}': whole('llm_queue_length', 'lane', 'priority') }),
      chart(
        'Wait of whoever comes next',
        's',
        { '{{lane}} {{priority}}': whole('llmq_queue_head_wait_seconds', 'lane', 'priority') },
        { note: 'Shedding begins when this is several times the max_wait of realtime or high.' },
      ),
      chart(
        'Oldest message',
        's',
        { '{{priority}}': whole('llmq_backlog_age_seconds', 'priority') },
        { note: 'From the ledger: it is right also while the schedule is away.' },
      ),
    ],
    [
      chart('Wait by band, half', 's', {
        '{{priority}}': quantile(0.5, 'llmq_message_wait_seconds', 'priority'),
      }),
      chart('Wait by band, 95 %', 's', {
        '{{priority}}': quantile(0.95, 'llmq_message_wait_seconds', 'priority'),
      }),
      chart(
        'Started by band',
        'reqps',
        { '{{priority}}': perSecond('llmq_message_wait_seconds_count', 'priority') },
        { note: 'While all bands have a backlog: realtime first, then 8 : 4 : 1.' },
      ),
    ],
    [
      chart('Slots', 'short', {
        '{{lane}} in use': parts('llmq_slots_in_use', 'lane'),
        '{{lane}} limit': whole('llmq_slot_limit', 'lane'),
      }),
      chart('Plan', 'short', {
        '{{lane}} slots': whole('llm_scheduler_desired_slots', 'lane'),
        '{{lane}} ceiling': whole('llm_scheduler_ceiling', 'lane'),
      }),
      chart(
        'Workers',
        'short',
        {
          wanted: whole('llm_scheduler_desired_workers'),
          'are there': 'count(llm_active_tasks)',
        },
        { note: 'What an autoscaler follows, and what it has made of it.' },
      ),
    ],
    [
      chart('Ledger backlog', 'short', { '{{priority}}': whole('llmq_backlog_messages', 'priority') }),
      chart('Turned away at the door', 'reqps', {
        '{{priority}} {{code}}': perSecond('llmq_messages_refused_total', 'priority', 'code'),
      }),
      chart('Bands that are shed', 'short', { '{{lane}}': whole('llmq_shedding_level', 'lane') }),
    ],
    [
      chart('Put off by a limit', 'reqps', { '{{limit}}': perSecond('llmq_put_off_total', 'limit') }),
      chart('Attempts that failed', 'reqps', {
        'tried again: {{code}}': perSecond('llmq_message_retries_total', 'code'),
        'for good: {{code}}': perSecond('llmq_dead_letters_total', 'code'),
      }),
      chart('Dead letters that wait', 'short', { '{{priority}}': whole('llmq_dead_letters', 'priority') }),
    ],
    [
      chart('Repaired by the reconciler', 'reqps', {
        '{{reason}}': perSecond('llmq_reconciler_requeued_total', 'reason'),
      }),
      chart('Relay', 'short', {
        'on the way': parts('llmq_relay_backlog'),
        'left to the reconciler, a second': perSecond('llmq_relay_overflow_total'),
      }),
      chart('Leases', 'short', {
        held: parts('llmq_leases_held'),
        'lost, a second': perSecond('llmq_leases_lost_total'),
      }),
    ],
  ],
};
