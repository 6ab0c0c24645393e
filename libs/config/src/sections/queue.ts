import { duration, whole } from '../fields.js';
import { section } from './section.js';

const band = (size: number, name: string) =>
  whole(
    size,
    { min: 1, max: 10_000_000 },
    {
      env: `QUEUE_MAX_WAITING_${name}`,
      unit: 'count',
      description: `Most ${name.toLowerCase()} messages that may wait.`,
    },
  );

export const queue = section(
  {
    max_waiting: section(
      {
        realtime: band(1_000, 'REALTIME'),
        high: band(5_000, 'HIGH'),
        normal: band(10_000, 'NORMAL'),
        low: band(20_000, 'LOW'),
      },
      'Size of each band; a full one answers 429.',
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
  },
  'The scheduler process.',
);
