import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { type StorageSettings } from '#config';
import { type Metrics } from '#observability';
import { type SharedRedis } from '#redis';
import { round } from './sums.js';

/** Shorter spans say more of the moment than of the load. */
const LEAST_SPAN_MS = 1_000;

/** In the words of Redis's INFO. */
const REDIS_FIELDS = {
  connected_clients: 'connected_clients',
  used_memory: 'used_memory',
  ops_per_second: 'instantaneous_ops_per_sec',
} as const;

export type MachineNow = Awaited<ReturnType<MachineGauge['look']>>;

interface Sample {
  readonly atMs: number;
  /** Microseconds. */
  readonly cpu: number;
  readonly requests: number;
}

/** What this process takes of its machine, what it answers, and what Redis says of itself. What nobody knows is null. */
export class MachineGauge {
  #last: Sample = { atMs: performance.now(), cpu: 0, requests: 0 };
  #now: Sample = this.#last;

  constructor(
    private readonly metrics: Metrics,
    private readonly storage: StorageSettings,
    private readonly redis: SharedRedis,
  ) {}

  /** Rates are of the time since the last look, or since the one before where that was just now. */
  async look(requests: number) {
    const { user, system } = process.cpuUsage();
    const sample = { atMs: performance.now(), cpu: user + system, requests };
    if (sample.atMs - this.#now.atMs >= LEAST_SPAN_MS) this.#last = this.#now;
    this.#now = sample;
    const seconds = Math.max(0.001, (sample.atMs - this.#last.atMs) / 1_000);
    return {
      cpu_usage: percent((sample.cpu - this.#last.cpu) / 1e6 / seconds / availableParallelism()),
      memory_usage: percent(process.memoryUsage.rss() / totalmem()),
      disk_usage: await this.#diskUsage(),
      gc_pause: await this.#meanPause(),
      requests_per_second: round((requests - this.#last.requests) / seconds),
    };
  }

  /** null: there is none, or it does not answer. */
  async redisNow() {
    const { connections } = this.redis;
    if (!connections) return null;
    const info = await connections.prompt.info().catch(() => undefined);
    if (info === undefined) return null;
    const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    const [hits, misses] = [read('keyspace_hits'), read('keyspace_misses')];
    const told = Object.entries(REDIS_FIELDS).map(([name, field]) => [name, read(field)]);
    const hitRate = hits + misses === 0 ? null : round(hits / (hits + misses));
    return { ...(Object.fromEntries(told) as Record<keyof typeof REDIS_FIELDS, number>), hit_rate: hitRate };
  }

  /** Of the disk that the data lies on; null where it lies elsewhere. */
  async #diskUsage(): Promise<number | null> {
    try {
      const { blocks, bfree } = await statfs(this.storage.value.data_dir);
      return percent(1 - bfree / blocks);
    } catch {
      return null;
    }
  }

  /** In ms, of all collections so far. */
  async #meanPause(): Promise<number | null> {
    const metric = this.metrics.registry.getSingleMetric('nodejs_gc_duration_seconds');
    const { values } = (await metric?.get()) ?? { values: [] };
    const sumOf = (end: string) =>
      values
        .filter((value) => 'metricName' in value && String(value.metricName).endsWith(end))
        .reduce((sum, { value }) => sum + value, 0);
    const count = sumOf('_count');
    return count === 0 ? null : round((sumOf('_sum') / count) * 1_000);
  }
}

function percent(part: number): number {
  return round(100 * part);
}
