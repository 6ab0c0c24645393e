import { duration, flag, whole } from '../fields.js';
import { planning } from './planning.js';
import { section } from './section.js';

/** One band with its defaults; `max_wait` and `time_limit` count from when a message could have started. */
function band(name: string, size: number, maxWait: string, timeLimit: string) {
  const env = (field: string) => `QUEUE_${field}_${name.toUpperCase()}`;
  return section(
    {
      max_waiting: whole(
        size,
        { min: 1, max: 10_000_000 },
        {
          env: env('MAX_WAITING'),
          unit: 'count',
          description: `Most ${name} messages that may wait for one provider; one more is answered with 429.`,
        },
      ),
      max_wait: duration(
        maxWait,
        { min: '100ms', max: '30d' },
        {
          env: env('MAX_WAIT'),
          description: `How long ${name} messages should wait at most: past three quarters of it they go before better bands, all but realtime.`,
        },
      ),
      time_limit: duration(
        timeLimit,
        { min: '100ms', max: '365d' },
        {
          env: env('TIME_LIMIT'),
          description: `A ${name} message that has not started by then ends as \`timeout\`; \`ttl\` of a message can only shorten it.`,
        },
      ),
    },
    `The band \`${name}\`.`,
  );
}

export const queue = section(
  {
    bands: section(
      {
        realtime: band('realtime', 1_000, '1s', '10m'),
        high: band('high', 5_000, '5s', '1h'),
        normal: band('normal', 10_000, '30s', '24h'),
        low: band('low', 20_000, '2m', '24h'),
      },
      'Size and patience of each band; a full one answers 429.',
    ),
    shedding: section(
      {
        enabled: flag(true, {
          env: 'QUEUE_SHEDDING',
          description:
            'Whether new messages are turned away (429), `low` ones first and never `realtime`, while `realtime` or `high` ones wait for too long. What was accepted is never dropped.',
        }),
        tolerance: whole(
          2,
          { min: 1, max: 1_000 },
          {
            env: 'QUEUE_SHEDDING_TOLERANCE',
            unit: 'count',
            description:
              'Too long is this many times the `max_wait` of the band, for the message that comes next.',
          },
        ),
        interval: duration(
          '10s',
          { min: '1s', max: '10m' },
          {
            env: 'QUEUE_SHEDDING_INTERVAL',
            description:
              'They must have waited for too long without a break for this time before another band is turned away, and for less than half of that before one is taken again.',
          },
        ),
      },
      'When new work is turned away before a band is full.',
    ),
    reserved_for_realtime: whole(
      0,
      { min: 0, max: 10_000 },
      {
        env: 'QUEUE_RESERVED_FOR_REALTIME',
        unit: 'count',
        description: 'Slots of each upstream that only realtime messages may use.',
      },
    ),
    concurrency: whole(
      0,
      { min: 0, max: 1_000_000 },
      {
        env: 'QUEUE_CONCURRENCY',
        unit: 'count',
        description:
          'Most messages that run at once on all providers together, over all processes; 0: as many as the providers allow.',
      },
    ),
    tenant_concurrency: whole(
      0,
      { min: 0, max: 100_000 },
      {
        env: 'QUEUE_TENANT_CONCURRENCY',
        unit: 'count',
        description: 'Most messages of one tenant that run at once, over all processes; 0: any number.',
      },
    ),
    user_concurrency: whole(
      0,
      { min: 0, max: 100_000 },
      {
        env: 'QUEUE_USER_CONCURRENCY',
        unit: 'count',
        description: 'Most messages of one user that run at once, over all processes; 0: any number.',
      },
    ),
    expected_output: whole(
      256,
      { min: 1, max: 1_000_000 },
      {
        env: 'QUEUE_EXPECTED_OUTPUT',
        unit: 'tokens',
        description:
          'Tokens of a reply that a message is charged in its band before the real number is known.',
      },
    ),
    heartbeat: duration(
      '1s',
      { min: '50ms', max: '1m' },
      { env: 'QUEUE_HEARTBEAT', description: 'How often a worker process gives a sign of life.' },
    ),
    heartbeat_timeout: duration(
      '6s',
      { min: '200ms', max: '10m' },
      {
        env: 'QUEUE_HEARTBEAT_TIMEOUT',
        description: 'Messages of a worker process that is silent for this long are given to others.',
      },
    ),
    lock_duration: duration(
      '30s',
      { min: '500ms', max: '10m' },
      {
        env: 'QUEUE_LOCK_DURATION',
        description: 'How long a worker owns a message without a sign of life; renewed every third of it.',
      },
    ),
    stalled_interval: duration(
      '5s',
      { min: '100ms', max: '5m' },
      {
        env: 'QUEUE_STALLED_INTERVAL',
        description: 'How often messages of dead workers are looked for.',
      },
    ),
    max_worker_losses: whole(
      3,
      { min: 1, max: 100 },
      {
        env: 'QUEUE_MAX_WORKER_LOSSES',
        unit: 'count',
        description: 'A message whose worker died this often becomes a dead letter.',
      },
    ),
    safety_tick: duration(
      '250ms',
      { min: '10ms', max: '10s' },
      {
        env: 'QUEUE_SAFETY_TICK',
        description: 'How often an idle dispatcher looks by itself, should a doorbell get lost.',
      },
    ),
    relay_backlog: whole(
      20_000,
      { min: 100, max: 1_000_000 },
      {
        env: 'QUEUE_RELAY_BACKLOG',
        unit: 'count',
        description:
          'Committed messages that may wait for the schedule in memory; past it the reconciler brings them.',
      },
    ),
  },
  'The four bands and their schedule.',
);

export const workers = section(
  {
    concurrency: whole(
      100,
      { min: 1, max: 10_000 },
      {
        env: 'WORKER_CONCURRENCY',
        unit: 'count',
        description: 'Most messages that one process runs at once.',
      },
    ),
    drain_timeout: duration(
      '30s',
      { min: '0s', max: '1h' },
      {
        env: 'WORKER_DRAIN_TIMEOUT',
        description: 'How long running messages may go on after SIGTERM; then they are handed back.',
      },
    ),
  },
  'The processes that run messages.',
);

export const scheduler = section(
  {
    tick: duration(
      '1s',
      { min: '50ms', max: '1m' },
      { env: 'SCHEDULER_TICK', description: 'How often the leader works.' },
    ),
    lease: duration(
      '5s',
      { min: '500ms', max: '5m' },
      {
        env: 'SCHEDULER_LEASE',
        description: 'A leader that does not renew for this long is replaced.',
      },
    ),
    reconcile_after: duration(
      '2s',
      { min: '100ms', max: '5m' },
      {
        env: 'SCHEDULER_RECONCILE_AFTER',
        description: 'A committed message that is not in the schedule after this time is put there.',
      },
    ),
    batch: whole(
      500,
      { min: 1, max: 5_000 },
      {
        env: 'SCHEDULER_BATCH',
        unit: 'count',
        description: 'Most messages that a duty of the leader changes in one statement.',
      },
    ),
    ...planning,
  },
  'The scheduler process.',
);
