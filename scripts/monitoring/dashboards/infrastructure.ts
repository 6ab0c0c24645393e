import { chart, type Dashboard, parts, perSecond, quantile, stat, table, whole } from '../panel.js';

const SHORT = 'llmq_http_request_duration_seconds{route!~".*stream.*"}';

export const INFRASTRUCTURE: Dashboard = {
  uid: 'llmq-infrastructure',
  title: 'LLM Message Queue: infrastructure',
  description: 'The processes, what they stand on, and the scheduler that leads.',
  rows: [
    [
      table('What runs', 'none', 'sum by (app, version, node) (llmq_build_info)'),
      chart(
        'Dependencies',
        'none',
        { '{{dependency}}': 'min by (dependency) (llmq_dependency_up)' },
        { names: { 0: 'away', 1: 'answers' }, note: 'As the process sees it that sees the least.' },
      ),
      chart('Processes that share limits', 'short', { '{{role}}': whole('llmq_live_processes', 'role') }),
    ],
    [
      stat('Leaders', 'none', parts('llmq_scheduler_leader'), { note: 'One. None: nothing is repaired.' }),
      stat('Last plan', 's', 'time() - max(llm_scheduler_plan_timestamp_seconds > 0)'),
      stat('Provider files refused', 'none', whole('llmq_catalog_refused'), { names: { 0: 'no', 1: 'yes' } }),
      stat('Redrives', 'none', whole('llmq_redrives_running')),
    ],
    [
      chart('CPU', 'percentunit', { '{{instance}}': perSecond('process_cpu_seconds_total', 'instance') }),
      chart('Memory', 'bytes', { '{{instance}}': parts('process_resident_memory_bytes', 'instance') }),
      chart('Heap', 'bytes', { '{{instance}}': parts('nodejs_heap_size_used_bytes', 'instance') }),
    ],
    [
      chart('Event loop: busy', 'percentunit', {
        '{{instance}}': perSecond('llmq_event_loop_active_seconds_total', 'instance'),
      }),
      chart('Event loop: late, 99 %', 's', {
        '{{instance}}': whole('nodejs_eventloop_lag_p99_seconds', 'instance'),
      }),
      chart('Garbage collection', 'percentunit', {
        '{{instance}} {{kind}}': perSecond('nodejs_gc_duration_seconds_sum', 'instance', 'kind'),
      }),
    ],
    [
      chart('HTTP requests', 'reqps', {
        '{{status}}': perSecond('llmq_http_request_duration_seconds_count', 'status'),
      }),
      chart(
        'HTTP time, 95 %',
        's',
        {
          '{{method}} {{route}}': `topk(10, ${quantile(0.95, SHORT, 'method', 'route')})`,
        },
        { note: 'The ten slowest routes; streams take as long as they take.' },
      ),
      chart('Commit of an accept', 's', {
        half: quantile(0.5, 'llmq_accept_commit_seconds'),
        '99 %': quantile(0.99, 'llmq_accept_commit_seconds'),
      }),
    ],
    [
      chart('Postgres connections', 'short', {
        '{{state}}': parts('llmq_database_connections', 'state'),
      }),
      chart('Duties of the leader, 95 %', 's', { tick: quantile(0.95, 'llmq_scheduler_tick_seconds') }),
      chart('Upkeep', 'reqps', {
        'messages deleted': perSecond('llmq_messages_deleted_total'),
        'messages expired': perSecond('llmq_messages_expired_total'),
        'released when due': perSecond('llmq_scheduled_released_total'),
        'dead letters {{action}}': perSecond('llmq_dead_letters_handled_total', 'action'),
      }),
    ],
  ],
};
