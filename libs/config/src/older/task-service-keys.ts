import { keyList } from './key-list.js';
import { bytes, isOff, isOn, type OlderKey, perMinute, type UnusedKey } from './older-key.js';

const ROOT = 'llm_service';
const IN_PROVIDER_FILE = '`configs/providers.yaml` says it for each provider';

const ofBands = ['realtime', 'high', 'normal', 'low'].map((band) => `queue.bands.${band}.max_waiting`);

const unused = (because: string, ...paths: string[]): UnusedKey[] =>
  paths.map((path) => ({ path, unused: because }));

const provider = (name: string): OlderKey[] => {
  const [section, env] = [`providers.${name}`, name.toUpperCase()];
  return [
    { path: `${section}.api_key`, variable: `${env}_API_KEY` },
    { path: `${section}.base_url`, variable: `${env}_BASE_URL` },
    { path: `${section}.rate_limit.concurrent_requests`, variable: `${env}_MAX_CONCURRENCY` },
    { path: `concurrency.provider_limits.${name}`, variable: `${env}_MAX_CONCURRENCY` },
    ...unused(IN_PROVIDER_FILE, section),
  ];
};

const KEYS: readonly OlderKey[] = [
  { path: 'server.port', sets: ['http.port'] },
  { path: 'server.read_timeout', sets: ['http.request_timeout'] },
  { path: 'server.max_request_size', sets: ['http.body_limit'], as: bytes('B') },
  {
    path: 'server.enable_cors',
    sets: ['http.cors_origins'],
    as: (value) => (isOn(value) ? '*' : undefined),
    note: '`true` is `*`',
  },
  {
    path: 'server.auth_token',
    sets: ['auth.keys'],
    as: (value) => (value ? keyList(value) : undefined),
    note: 'a key of the tenant `default`',
  },
  ...unused('`streams.write_timeout` closes readers that take nothing', 'server.write_timeout'),
  ...unused(
    'idle connections are kept for 72 s, longer than load balancers keep them',
    'server.idle_timeout',
  ),
  ...unused('both are always there', 'server.enable_metrics', 'server.enable_websocket'),
  { path: 'scheduler.max_workers', sets: ['workers.concurrency'] },
  { path: 'scheduler.max_queue_size', sets: ofBands },
  { path: 'scheduler.task_timeout', sets: ['messages.timeout'] },
  { path: 'scheduler.retry_attempts', sets: ['messages.max_retries'] },
  { path: 'scheduler.retry_delay', sets: ['messages.retry_base'] },
  ...unused(
    'tasks are kept in the ledger, for as long as `messages.retention` says',
    'scheduler.cleanup_interval',
  ),
  ...unused('statistics are counted when somebody asks', 'scheduler.stats_interval'),
  ...['kimi', 'openai', 'qwen'].flatMap(provider),
  ...unused('rules of the routing are in `configs/providers.yaml`', 'routing_rules'),
  { path: 'concurrency.global_max', sets: ['queue.concurrency'] },
  ...unused('limits of task types are in `configs/task-types.yaml`', 'concurrency.task_type_limits'),
  ...unused('the scheduler adapts by itself (`scheduler.strategy`)', 'concurrency.adaptive'),
  { path: 'cache.ttl', sets: ['cache.ttl'] },
  { path: 'cache.max_size', sets: ['cache.tenant_entries'] },
  ...unused('messages ask for it (`config.cache_enabled`), or a rule of the routing', 'cache.enabled'),
  ...unused('what is too old goes by itself', 'cache.cleanup_interval'),
  { path: 'monitoring.logging.level', sets: ['log.level'] },
  { path: 'monitoring.health_check_interval', sets: ['endpoints.check_interval'] },
  ...unused('metrics are always counted and served; logs go to standard output', 'monitoring'),
  { path: 'security.rate_limiting.requests_per_minute', sets: ['limits.key.rate'], as: perMinute },
  { path: 'security.rate_limiting.burst', sets: ['limits.key.burst'] },
  {
    path: 'security.rate_limiting.enabled',
    sets: ['limits.key.rate'],
    as: (value) => (isOff(value) ? 'off' : undefined),
    note: '`false` is `off`',
  },
  { path: 'security.api_limits.max_request_size', sets: ['http.body_limit'], as: bytes('B') },
  ...unused('what is too much waits in its band', 'security.api_limits'),
];

/** Of the task service, all below `llm_service`; its variables (`LLM_PORT`) are aliases. */
export const TASK_SERVICE_KEYS: readonly OlderKey[] = KEYS.map((key) => ({
  ...key,
  path: `${ROOT}.${key.path}`,
}));
