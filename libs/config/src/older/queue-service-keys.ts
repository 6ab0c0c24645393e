import { keyList } from './key-list.js';
import {
  bytes,
  commaSeparated,
  hours,
  isOff,
  type OlderKey,
  perSecond,
  port,
  seconds,
  type UnusedKey,
} from './older-key.js';

const BANDS = ['realtime', 'high', 'normal', 'low'] as const;

const ofBands = (setting: string): string[] => BANDS.map((band) => `queue.bands.${band}.${setting}`);

const unused = (unusedBecause: string, ...paths: string[]): UnusedKey[] =>
  paths.map((path) => ({ path, unused: unusedBecause }));

const BY_PROVIDER = 'each provider says it for itself in `configs/providers.yaml`';
const BY_PLATFORM = 'the platform does it with what is written to standard output';
const FROM_PLAN = 'the plan follows the load; an autoscaler can follow `llm_scheduler_desired_workers`';

const server: readonly OlderKey[] = [
  { path: 'server.http.addr', sets: ['http.host'], as: (value) => /^(.*):\d+$/.exec(String(value))?.[1] },
  { path: 'server.http.addr', sets: ['http.port'], as: (value) => /:(\d+)$/.exec(String(value))?.[1] },
  { path: 'server.port', sets: ['http.port'], as: port },
  { path: 'server.host', sets: ['http.host'] },
  { path: 'server.timeout', sets: ['http.request_timeout'], as: seconds },
  { path: 'server.read_timeout', sets: ['http.request_timeout'], as: seconds },
  { path: 'server.max_body_size', sets: ['http.body_limit'], as: bytes('MB') },
  { path: 'server.cors_origins', sets: ['http.cors_origins'], as: commaSeparated },
  {
    path: 'server.cors_enabled',
    sets: ['http.cors_origins'],
    as: (value) => (isOff(value) ? '' : undefined),
    note: '`false` is none',
  },
  { path: 'server.shutdown_timeout', sets: ['workers.drain_timeout'], as: seconds },
  { path: 'server.max_connections', sets: ['sockets.max_connections', 'http.max_streams'] },
  { path: 'server.tls_enabled', unused: 'TLS ends in a proxy in front of it', refusedWhenOn: true },
  ...unused('TLS ends in a proxy in front of it', 'server.tls_cert_file', 'server.tls_key_file'),
  ...unused('there is one mode, the one for production', 'server.mode'),
  ...unused(
    'streams are open for long; `streams.write_timeout` closes readers that take nothing',
    'server.write_timeout',
    'server.http.timeout',
  ),
  ...unused(
    'idle connections are kept for 72 s, longer than load balancers keep them',
    'server.idle_timeout',
  ),
  ...unused(
    'the proxy in front of it does it',
    'server.http2_enabled',
    'server.compression_enabled',
    'server.compression_level',
  ),
];

const postgres = (section: string, env: boolean): OlderKey[] => [
  { path: `${section}.host`, store: 'database', part: 'host', ...(env && { env: ['DB_HOST'] }) },
  { path: `${section}.port`, store: 'database', part: 'port', ...(env && { env: ['DB_PORT'] }) },
  { path: `${section}.user`, store: 'database', part: 'user', ...(env && { env: ['DB_USER'] }) },
  { path: `${section}.password`, store: 'database', part: 'password', ...(env && { env: ['DB_PASSWORD'] }) },
  { path: `${section}.dbname`, store: 'database', part: 'name', ...(env && { env: ['DB_NAME'] }) },
  { path: `${section}.sslmode`, store: 'database', part: 'sslmode' },
];

const redis = (section: string): OlderKey[] => [
  { path: `${section}.addr`, store: 'redis', part: 'host' },
  { path: `${section}.password`, store: 'redis', part: 'password' },
  { path: `${section}.db`, store: 'redis', part: 'name' },
];

const stores: readonly OlderKey[] = [
  ...postgres('database', false),
  ...postgres('database.postgres', true),
  { path: 'database.postgres.pool.max_open_conns', sets: ['storage.database_pool'] },
  ...unused('connections are opened and closed as they are needed', 'database.postgres.pool'),
  ...unused('migrations run at start', 'database.postgres.migration'),
  ...unused(
    'the database logs its statements (`log_min_duration_statement`)',
    'database.postgres.slow_query_threshold',
    'database.postgres.log_queries',
  ),
  ...redis('redis'),
  ...redis('database.redis'),
  {
    path: 'database.redis.cluster_enabled',
    unused: 'all keys are in one slot, so one Redis holds them; use replicas for availability',
    refusedWhenOn: true,
  },
  ...unused(
    'each process has a few connections, and their timeouts are those that the guarantees need',
    'database.redis',
  ),
];

const level = (band: string): OlderKey[] => [
  { path: `queue.levels.${band}.max_wait_time`, sets: [`queue.bands.${band}.max_wait`] },
  ...unused(
    'each upstream has one limit (`max_concurrency`), which bands share',
    `queue.levels.${band}.max_concurrent`,
  ),
  ...unused('the four bands have their order', `queue.levels.${band}.priority`, `queue.levels.${band}.name`),
];

const patience = (older: string, band: string): OlderKey => ({
  path: `queue.priorities.${older}.timeout`,
  sets: [`queue.bands.${band}.max_wait`],
  as: seconds,
});

const queue: readonly OlderKey[] = [
  ...BANDS.flatMap(level),
  { path: 'queue.default_max_size', sets: ofBands('max_waiting') },
  { path: 'queue.default_capacity', sets: ofBands('max_waiting') },
  { path: 'queue.max_retention_period', sets: ['messages.retention'] },
  { path: 'queue.message_ttl', sets: ofBands('time_limit'), as: hours },
  { path: 'queue.worker_count', sets: ['workers.concurrency'] },
  { path: 'queue.worker.max_concurrent', sets: ['workers.concurrency'] },
  { path: 'queue.retry.initial_backoff', sets: ['messages.retry_base'] },
  { path: 'queue.retry.max_backoff', sets: ['messages.retry_cap'] },
  { path: 'queue.retry.max_retries', sets: ['messages.max_retries'] },
  { path: 'queue.dead_letter.max_retries', sets: ['messages.max_retries'] },
  patience('urgent', 'realtime'),
  patience('high', 'high'),
  patience('normal', 'normal'),
  patience('low', 'low'),
  ...unused('waits double with each retry', 'queue.retry.factor'),
  ...unused(
    'bands share 8 : 4 : 1 behind realtime, and nothing starves',
    'queue.priorities',
    'queue.priority_levels',
  ),
  ...unused(
    'dead letters are always kept, for `dead_letters.retention`, and never refused',
    'queue.dead_letter',
  ),
  ...unused('every message is committed to the database before it is accepted', 'queue.persistence'),
  ...unused(
    'groups are formed by themselves while the step before is busy',
    'queue.batch_size',
    'queue.batch_timeout',
    'queue.worker.max_batch_size',
  ),
  ...unused(
    'workers are told when there is work',
    'queue.worker.process_interval',
    'queue.worker_buffer_size',
    'queue.monitor_interval',
    'queue.cleanup_interval',
  ),
  ...unused('metrics are always counted and served', 'queue.enable_metrics'),
  ...unused(FROM_PLAN, 'queue.enable_auto_scaling', 'queue.scaling_thresholds'),
];

const STRATEGIES: Readonly<Record<string, string>> = {
  dynamic: 'threshold',
  priority_weighted: 'adaptive',
  priority_based: 'adaptive',
  round_robin: 'adaptive',
  weighted_round_robin: 'adaptive',
  least_connections: 'adaptive',
};

const scheduler: readonly OlderKey[] = [
  {
    path: 'scheduler.strategy',
    sets: ['scheduler.strategy'],
    as: (value) => STRATEGIES[String(value)] ?? value,
    note: '`dynamic` is `threshold`; those that chose an endpoint are `adaptive`',
  },
  { path: 'scheduler.max_concurrent_tasks', sets: ['queue.concurrency'] },
  { path: 'scheduler.max_retries', sets: ['messages.max_retries'] },
  { path: 'scheduler.timeout', sets: ['messages.timeout'], as: seconds },
  { path: 'scheduler.task_timeout', sets: ['messages.timeout'], as: seconds },
  ...unused(
    'the leader works as often as `scheduler.tick` says, and workers need no scheduler to start a message',
    'scheduler.check_interval',
    'scheduler.interval',
  ),
  ...unused(
    FROM_PLAN,
    'scheduler.autoscaling',
    'scheduler.predictive_enabled',
    'scheduler.prediction_window',
  ),
  ...unused(
    'the platform watches its machines',
    'scheduler.resources',
    'scheduler.resource_monitor_interval',
  ),
];

const balancing: readonly OlderKey[] = [
  { path: 'loadbalancer.health_check_interval', sets: ['endpoints.check_interval'], as: seconds },
  { path: 'loadbalancer.health_check.interval', sets: ['endpoints.check_interval'], as: seconds },
  {
    path: 'loadbalancer.health_check.enabled',
    sets: ['endpoints.check_interval'],
    as: (value) => (isOff(value) ? '0s' : undefined),
    note: '`false` is `0s`',
  },
  { path: 'loadbalancer.health_check.timeout', sets: ['endpoints.check_timeout'], as: seconds },
  { path: 'loadbalancer.health_check.path', sets: ['endpoints.check_path'] },
  { path: 'loadbalancer.health_check.failure_threshold', sets: ['endpoints.failures_in_a_row'] },
  { path: 'loadbalancer.max_failures', sets: ['endpoints.failures_in_a_row'] },
  { path: 'loadbalancer.health_check.success_threshold', sets: ['endpoints.successes_to_close'] },
  { path: 'loadbalancer.rate_limiting.per_ip.requests_per_second', sets: ['limits.ip.rate'], as: perSecond },
  { path: 'loadbalancer.rate_limiting.per_ip.burst_size', sets: ['limits.ip.burst'] },
  {
    path: 'loadbalancer.rate_limiting.per_user.requests_per_second',
    sets: ['limits.key.rate'],
    as: perSecond,
  },
  { path: 'loadbalancer.rate_limiting.per_user.burst_size', sets: ['limits.key.burst'] },
  ...unused('requests are limited by key and by address', 'loadbalancer.rate_limiting'),
  ...unused('any answer below 500 is a sign of life', 'loadbalancer.health_check.expected_status'),
  ...unused(BY_PROVIDER, 'loadbalancer'),
];

const rest: readonly OlderKey[] = [
  { path: 'logging.level', sets: ['log.level'], as: (value) => (value === 'fatal' ? 'error' : value) },
  ...unused(BY_PLATFORM, 'logging'),
  ...unused('metrics are always counted, and served at `/metrics` of each process', 'metrics'),
  {
    path: 'security.authentication.api_key.valid_keys',
    sets: ['auth.keys'],
    as: keyList,
    env: ['SECURITY_API_KEYS'],
  },
  ...unused('clients show API keys, which have scopes', 'security.authentication', 'security.authorization'),
  ...unused('secrets are in the configuration only; encrypt the disks', 'security.encryption'),
];

/** Of the message queue with `server`, `queue.levels` and `loadbalancer`; each key is also a variable (`SERVER_PORT`). */
export const QUEUE_SERVICE_KEYS: readonly OlderKey[] = [
  ...server,
  ...stores,
  ...queue,
  ...scheduler,
  ...balancing,
  ...rest,
];
