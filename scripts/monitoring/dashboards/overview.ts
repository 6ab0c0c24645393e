import { chart, type Dashboard, parts, perSecond, quantile, stat, whole } from '../panel.js';

const FAILED = 'llmq_messages_finished_total{status=~"failed|timeout"}';

export const OVERVIEW: Dashboard = {
  uid: 'llmq-overview',
  title: 'LLM Message Queue: overview',
  description: 'Whether it works, how fast, and for how much.',
  rows: [
    [
      stat('Accepted', 'reqps', perSecond('llm_requests_total')),
      stat('Ended', 'reqps', perSecond('llmq_messages_finished_total')),
      stat('Waiting', 'none', parts('max by (lane, priority) (llm_queue_length)')),
      stat('Running', 'none', parts('llm_active_tasks')),
      stat(
        'Failed',
        'percentunit',
        `${perSecond(FAILED)} / (${perSecond('llmq_messages_finished_total')} > 0) or vector(0)`,
        { note: 'Messages that ended as failed or timeout, as a part of all that ended.' },
      ),
      stat('Dead letters', 'none', `sum(max by (priority) (llmq_dead_letters)) or vector(0)`),
    ],
    [
      chart('Accepted by band', 'reqps', { '{{priority}}': perSecond('llm_requests_total', 'priority') }),
      chart('Ended by state', 'reqps', { '{{status}}': perSecond('llmq_messages_finished_total', 'status') }),
      chart('Turned away', 'reqps', {
        '{{code}} (queue)': perSecond('llmq_messages_refused_total', 'code'),
        'rate_limited (by {{by}})': perSecond('llmq_requests_limited_total', 'by'),
      }),
    ],
    [
      chart(
        'From accept to end',
        's',
        {
          'half of {{priority}}': quantile(0.5, 'llm_request_duration_seconds', 'priority'),
          '95 % of {{priority}}': quantile(0.95, 'llm_request_duration_seconds', 'priority'),
        },
        { note: 'However often a message was tried.' },
      ),
      chart('Wait for a worker, 95 %', 's', {
        '{{priority}}': quantile(0.95, 'llmq_message_wait_seconds', 'priority'),
      }),
      chart('First token of a call', 's', {
        half: quantile(0.5, 'llmq_provider_time_to_first_token_seconds'),
        '95 %': quantile(0.95, 'llmq_provider_time_to_first_token_seconds'),
      }),
    ],
    [
      chart('Waiting by band', 'short', {
        '{{priority}}': `sum by (priority) (${whole('llm_queue_length', 'lane', 'priority')})`,
      }),
      chart('Cost', 'none', {
        '{{currency}} an hour': `3600 * ${perSecond('llm_provider_cost_total', 'currency')}`,
      }),
      chart('Processes that answer', 'short', {
        '{{app}}': 'count by (app) (llmq_build_info)',
      }),
    ],
  ],
};
