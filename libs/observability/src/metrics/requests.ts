import { ERROR_CODE, FINAL_STATUS, LANE, PRIORITY } from './bounds.js';
import { counter, gauge, histogram, LONG_SECONDS } from './definition.js';

/** What comes in at the door, and what becomes of it there. */
export const REQUESTS = {
  httpDuration: histogram(
    'llmq_http_request_duration_seconds',
    'all',
    'Time from a request to the end of its answer; streams count for as long as they are open.',
    { method: 'a method of HTTP', route: 'the pattern of a route', status: 'a status of HTTP' },
  ),
  httpConnections: gauge('sum', 'llmq_http_connections', 'all', 'Connections that clients hold open.'),
  accepted: counter(
    'llm_requests_total',
    'gateway',
    'Messages that were accepted: committed to the ledger.',
    {
      priority: PRIORITY,
    },
  ),
  requestDuration: histogram(
    'llm_request_duration_seconds',
    'worker',
    'Time from accept, or from when a message was due, until it has ended, however often it was tried.',
    { priority: PRIORITY, status: FINAL_STATUS },
    LONG_SECONDS,
  ),
  commitDuration: histogram(
    'llmq_accept_commit_seconds',
    'gateway',
    'Time until the ledger has committed a message, or a group of a batch: nearly all of what accepting takes.',
  ),
  replayed: counter(
    'llmq_requests_replayed_total',
    'gateway',
    'Requests that were answered with the message of an earlier one, by key or as a retry of a client library.',
    { by: ['key', 'retry'] },
  ),
  refused: counter('llmq_messages_refused_total', 'gateway', 'Messages that were turned away at the door.', {
    priority: PRIORITY,
    code: ['draining', 'shed', 'queue_full'],
  }),
  requestsLimited: counter(
    'llmq_requests_limited_total',
    'gateway',
    'Requests that were answered with 429 `rate_limited`, by whose limit it was.',
    { by: ['key', 'ip'] },
  ),
  shedding: gauge(
    'max',
    'llmq_shedding_level',
    'gateway',
    'How many bands of a lane this gateway turns away: 0, 1 (low), 2 (and normal), 3 (and high).',
    { lane: LANE },
  ),
  queueLength: gauge(
    'max',
    'llm_queue_length',
    'gateway',
    'Messages that wait in a band of a lane, as each gateway reads it from the schedule once a second.',
    { lane: LANE, priority: PRIORITY },
  ),
  queueHeadWait: gauge(
    'max',
    'llmq_queue_head_wait_seconds',
    'gateway',
    'How long the message that comes next in a band of a lane has waited; 0: none waits.',
    { lane: LANE, priority: PRIORITY },
  ),
  relayBacklog: gauge(
    'sum',
    'llmq_relay_backlog',
    'all',
    'Committed messages that wait in this process for the schedule.',
  ),
  relayOverflow: counter(
    'llmq_relay_overflow_total',
    'all',
    'Committed messages left to the reconciler because the relay was full or the schedule away.',
  ),
  streamFailures: counter('llmq_stream_failures_total', 'worker', 'Stream operations that failed.', {
    operation: ['append'],
  }),
  openStreams: gauge('sum', 'llmq_open_streams', 'gateway', 'Reply streams that clients hold open.'),
  streamsOpened: counter(
    'llmq_streams_opened_total',
    'gateway',
    'Reply streams that clients have opened, from the beginning or to go on where they were.',
    { from: ['beginning', 'cursor'] },
  ),
  streamsBroken: counter(
    'llmq_streams_broken_total',
    'gateway',
    'Reply streams that broke off from here: the reader did not read, or nobody knew how the reply goes on.',
    { code: ERROR_CODE },
  ),
  openSockets: gauge('sum', 'llmq_open_sockets', 'gateway', 'WebSocket connections that are open.', {
    door: 'the path of a door',
  }),
  socketsRefused: counter(
    'llmq_sockets_refused_total',
    'gateway',
    'Upgrades to WebSocket that were refused.',
    { code: ERROR_CODE },
  ),
  socketsClosed: counter(
    'llmq_sockets_closed_total',
    'gateway',
    'WebSocket connections that ended: by the peer, closed from here, slow (it did not read), dead (it did not answer).',
    { door: 'the path of a door', by: ['peer', 'closed', 'slow', 'dead'] },
  ),
  centrifugeConnections: gauge(
    'sum',
    'llmq_centrifuge_connections',
    'gateway',
    'Connections of the Centrifuge protocol, over whichever transport.',
  ),
};
