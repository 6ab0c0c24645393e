import { chart, type Dashboard, parts, perSecond, quantile, whole } from '../panel.js';

export const STREAMS: Dashboard = {
  uid: 'llmq-streams',
  title: 'LLM Message Queue: streams and callbacks',
  description: 'How replies reach whoever asked.',
  rows: [
    [
      chart('Open', 'short', {
        'reply streams': parts('llmq_open_streams'),
        'sockets {{door}}': parts('llmq_open_sockets', 'door'),
        'Centrifuge connections': parts('llmq_centrifuge_connections'),
      }),
      chart(
        'Opened',
        'reqps',
        { 'from {{from}}': perSecond('llmq_streams_opened_total', 'from') },
        { note: 'From a cursor: a reader that was cut off and goes on where it was.' },
      ),
      chart('Open by gateway', 'short', { '{{instance}}': parts('llmq_open_streams', 'instance') }),
    ],
    [
      chart('Streams that broke off', 'reqps', {
        '{{code}}': perSecond('llmq_streams_broken_total', 'code'),
      }),
      chart('Text that could not be published', 'reqps', {
        '{{operation}}': perSecond('llmq_stream_failures_total', 'operation'),
      }),
      chart('Sockets that ended', 'reqps', {
        'by {{by}}': perSecond('llmq_sockets_closed_total', 'by'),
        'refused: {{code}}': perSecond('llmq_sockets_refused_total', 'code'),
      }),
    ],
    [
      chart('Callbacks', 'reqps', { '{{outcome}}': perSecond('llmq_callbacks_total', 'outcome') }),
      chart('Time of a receiver', 's', {
        half: quantile(0.5, 'llmq_callback_duration_seconds'),
        '95 %': quantile(0.95, 'llmq_callback_duration_seconds'),
      }),
      chart('Callbacks by event', 'reqps', {
        '{{event}}': perSecond('llmq_callbacks_total{outcome="delivered"}', 'event'),
      }),
    ],
    [
      chart('Outbox', 'short', {
        waiting: whole('llmq_callbacks_waiting'),
        'under way': parts('llmq_callbacks_under_way'),
      }),
      chart('Oldest callback', 's', { age: whole('llmq_callbacks_age_seconds') }),
      chart('HTTP connections', 'short', { '{{instance}}': parts('llmq_http_connections', 'instance') }),
    ],
  ],
};
