import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LEAVES } from '../leaves.js';
import { ConfigError, loadConfig } from '../load-config.js';
import { type OlderKey } from './older-key.js';
import { QUEUE_SERVICE_KEYS } from './queue-service-keys.js';
import { TASK_SERVICE_KEYS } from './task-service-keys.js';
import { isOurs, variablesFor } from './translate.js';

/** As the message queue shipped it. */
const QUEUE_SERVICE = `
server: { port: 8181, host: 127.0.0.1, mode: debug }
database:
  postgres: { host: db, port: 5433, user: app, password: "p@ss", dbname: llm_queue, sslmode: disable }
  redis: { addr: "cache:6380", password: "", db: 2, pool_size: 100 }
queue:
  levels:
    - { name: realtime, priority: 1, max_wait_time: 2s, max_concurrent: 100 }
    - { name: high, priority: 2, max_wait_time: 6s, max_concurrent: 200 }
    - { name: normal, priority: 3, max_wait_time: 31s, max_concurrent: 500 }
    - { name: low, priority: 4, max_wait_time: 5m, max_concurrent: 1000 }
  default_max_size: 12345
  monitor_interval: 5s
  cleanup_interval: 1m
  max_retention_period: 24h
  enable_metrics: true
  enable_auto_scaling: true
  scaling_thresholds: { realtime: 100, high: 500, normal: 1000, low: 5000 }
  worker: { max_batch_size: 10, process_interval: 100ms, max_concurrent: 50 }
  retry: { initial_backoff: 2s, max_backoff: 2m, factor: 2.0, max_retries: 5 }
scheduler: { strategy: priority_weighted, check_interval: 100ms, max_retries: 4, timeout: 40s }
loadbalancer:
  algorithm: weighted_round_robin
  health_check_interval: 30s
  max_failures: 4
  enable_session_affinity: false
logging: { level: warn, format: json, output: stdout }
metrics: { enabled: true, port: 9090, path: /metrics }
`;

const TASK_SERVICE = `
llm_service:
  server:
    port: 8191
    read_timeout: 31s
    write_timeout: 30s
    idle_timeout: 60s
    max_request_size: 33554432
    enable_cors: true
    enable_metrics: true
    enable_websocket: true
    auth_token: ""
  scheduler:
    max_workers: 12
    max_queue_size: 1001
    task_timeout: 6m
    cleanup_interval: 1m
    stats_interval: 30s
    retry_attempts: 5
    retry_delay: 2s
  providers:
    kimi:
      enabled: true
      api_key: "\${KIMI_KEY}"
      base_url: https://kimi.example/v1
      timeout: 30s
      max_retries: 3
      rate_limit: { requests_per_minute: 60, concurrent_requests: 2, tokens_per_minute: 600000 }
      models: [moonshot-v1-auto]
  routing_rules:
    - { task_type: semantic_analysis, providers: [kimi], cost: 0.3, speed: 0.7, quality: 1.0 }
  concurrency:
    global_max: 20
    provider_limits: { kimi: 3, openai: 5, qwen: 4 }
    task_type_limits: { semantic_analysis: 10 }
    adaptive: { enabled: true, target_latency: 5s }
  cache: { enabled: true, ttl: 2h, max_size: 9999, cleanup_interval: 10m }
  monitoring:
    enabled: true
    metrics_interval: 10s
    health_check_interval: 33s
    logging: { level: error, format: json, output: stdout }
  security:
    rate_limiting: { enabled: true, requests_per_minute: 1000, burst: 100 }
    api_limits: { max_concurrent_requests: 100, max_request_size: 16MB, timeout: 5m }
`;

const SETTINGS = new Set(LEAVES.map(({ path }) => path.join('.')));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmq-older-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ env, file });
}

describe('the keys of other services', () => {
  test('set settings that there are', () => {
    const all: readonly OlderKey[] = [...QUEUE_SERVICE_KEYS, ...TASK_SERVICE_KEYS];
    const set = all.flatMap((key) => ('sets' in key ? key.sets : []));
    expect(set.filter((name) => !SETTINGS.has(name))).toEqual([]);
  });

  test('hide no setting and no variable', () => {
    const foreign = [...QUEUE_SERVICE_KEYS, ...TASK_SERVICE_KEYS].filter((key) => !isOurs(key));
    expect(foreign.map(({ path }) => path).filter((path) => SETTINGS.has(path))).toEqual([]);
    const variables = new Set(LEAVES.map(({ meta }) => meta.env));
    expect(foreign.flatMap(variablesFor).filter((name) => variables.has(name))).toEqual([]);
  });

  test('of the message queue are all understood, as it shipped them', () => {
    const config = load(QUEUE_SERVICE);
    expect(config).toMatchObject({
      http: { port: 8181, host: '127.0.0.1' },
      storage: {
        database_url: 'postgres://app:p%40ss@db:5433/llm_queue?sslmode=disable',
        redis_url: 'redis://cache:6380/2',
      },
      workers: { concurrency: 50 },
      messages: {
        retry_base: 2_000,
        retry_cap: 120_000,
        retention: 86_400_000,
        timeout: 40_000,
        max_retries: 4,
      },
      scheduler: { strategy: 'adaptive' },
      endpoints: { check_interval: 30_000, failures_in_a_row: 4 },
      log: { level: 'warn' },
    });
    const { realtime, low } = config.queue.bands;
    expect([realtime.max_wait, low.max_wait, low.max_waiting]).toEqual([2_000, 300_000, 12_345]);
    expect(config.unused.join('\n')).toContain('loadbalancer: each provider says it for itself');
  });

  test('of the task service are all understood, as it shipped them', () => {
    const config = load(TASK_SERVICE, { KIMI_KEY: 'secret-of-kimi' });
    expect(config).toMatchObject({
      http: { port: 8191, request_timeout: 31_000, body_limit: 16 * 2 ** 20, cors_origins: ['*'] },
      workers: { concurrency: 12 },
      messages: { timeout: 360_000, max_retries: 5, retry_base: 2_000 },
      queue: { concurrency: 20 },
      cache: { ttl: 7_200_000, tenant_entries: 9_999 },
      endpoints: { check_interval: 33_000 },
      limits: { key: { rate: { requests: 1_000, perMs: 60_000 }, burst: 100 } },
      auth: { keys: [] },
      log: { level: 'error' },
      providers: { openai: { max_concurrency: 5 } },
    });
    const variables = ['KIMI_API_KEY', 'KIMI_BASE_URL', 'KIMI_MAX_CONCURRENCY', 'QWEN_MAX_CONCURRENCY'];
    expect(variables.map((name) => config.environment.get(name))).toEqual([
      'secret-of-kimi',
      'https://kimi.example/v1',
      '3',
      '4',
    ]);
    expect(config.unused.join('\n')).not.toContain('secret');
  });

  test('are variables too, and win over the file, but not over our own', () => {
    const env = { SERVER_PORT: '8282', DB_HOST: 'elsewhere', SCHEDULER_STRATEGY: 'dynamic' };
    const { http, storage, scheduler } = load(QUEUE_SERVICE, env);
    expect([http.port, scheduler.strategy]).toEqual([8282, 'threshold']);
    expect(storage.database_url).toBe('postgres://app:p%40ss@elsewhere:5433/llm_queue?sslmode=disable');
    expect(load(QUEUE_SERVICE, { ...env, PORT: '1' }).http.port).toBe(1);
    expect(load(`${QUEUE_SERVICE}\nhttp: { port: 2 }`).http.port).toBe(2);
    expect(loadConfig({ env: { SERVER_PORT: 'tcp://10.0.0.1:8080' } }).http.port).toBe(8080);
    expect(loadConfig({ env: { REDIS_ADDR: 'r:1', REDIS_PASSWORD: 'a/b' } }).storage.redis_url).toBe(
      'redis://:a%2Fb@r:1/0',
    );
    expect(loadConfig({ env: { REDIS_PASSWORD: 'alone' } }).storage.redis_url).toBeUndefined();
  });

  test('give keys, which are kept as digests', () => {
    const sha256 = createHash('sha256').update('short').digest('hex');
    const wanted = [{ name: 'key-1', sha256, tenant: 'default', scopes: ['read', 'write'] }];
    expect(loadConfig({ env: { SECURITY_API_KEYS: 'short' } }).auth.keys).toEqual(wanted);
    expect(load('security: { authentication: { api_key: { valid_keys: [short] } } }').auth.keys).toEqual(
      wanted,
    );
  });

  test.each(['server: { tls_enabled: true }', 'database: { redis: { cluster_enabled: true } }'])(
    'on which somebody relies are refused where they cannot be honoured: %s',
    (yaml) => expect(() => load(yaml)).toThrow(ConfigError),
  );

  test('are named where what they say is wrong', () => {
    expect(() => load('server: { port: eighty }')).toThrow('http.port (from server.port)');
  });

  test('that nobody knows are errors, with what may have been meant', () => {
    const wrong =
      'server: { prot: 1 }\nqueue: { lock_durration: 30s }\nbody_limit: 5\nhttp: { xyzzyxyzzy: 1 }';
    expect(() => load(wrong)).toThrow(
      /queue\.lock_durration is not a setting; did you mean queue\.lock_duration\?/,
    );
    expect(() => load(wrong)).toThrow(/body_limit is not a setting; did you mean http\.body_limit\?/);
    expect(() => load(wrong)).toThrow(/http\.xyzzyxyzzy is not a setting\n/);
    expect(() => load(wrong)).toThrow(/server\.prot is not a setting; did you mean server\.port\?/);
  });
});
