import { type Log, type Metrics } from '#observability';
import { LuaScript, type RedisConnections } from '#redis';
import { type ThisProcess, Ticker, waitFor } from '#runtime';
import { LiveProcesses, type Role } from './live-processes.js';

const TIMING = {
  beatMs: 1_000,
  /** A process that gives no sign of life for this long is not counted any more. */
  lifeMs: 6_000,
  /** A smaller number is believed when Redis has said so for this long: after an outage everybody has to beat first. */
  doubtMs: 5_000,
};

const JOIN_TIMEOUT_MS = 10_000;

/** KEYS: those who live. ARGV: ms to live, process. Answers with how many live. */
const BEAT = new LuaScript<readonly [number, string], number>(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
return redis.call('ZCARD', KEYS[1])
`);

interface Known {
  count: number;
  /** Since when Redis has said fewer. */
  fewerSince: number | undefined;
}

/**
 * Signs of life in Redis. While Redis is away the last number holds: a process that ends meanwhile leaves its part
 * unused, and none can begin, since it waits for Redis at its start.
 */
export class RedisLiveProcesses extends LiveProcesses {
  readonly #known = new Map<Role, Known>();
  readonly #ticker: Ticker;

  constructor(
    private readonly connections: RedisConnections,
    private readonly process: ThisProcess,
    private readonly metrics: Metrics,
    log: Log,
    private readonly timing: typeof TIMING = TIMING,
  ) {
    super();
    this.#ticker = new Ticker(
      timing.beatMs,
      () => this.#beatAll(),
      (err) => log.debug({ err }, 'Redis did not take a sign of life'),
    );
  }

  async join(role: Role): Promise<void> {
    this.#known.set(role, { count: 1, fewerSince: undefined });
    await waitFor(() => this.#beat(role), JOIN_TIMEOUT_MS, 'Redis');
    this.#ticker.start();
  }

  async leave(role: Role): Promise<void> {
    this.#known.delete(role);
    if (this.#known.size === 0) await this.#ticker.stop();
    await this.connections.prompt.zrem(this.#key(role), this.process.id).catch(() => undefined);
  }

  count(role: Role): number {
    return this.#known.get(role)?.count ?? 1;
  }

  async #beatAll(): Promise<void> {
    await Promise.all([...this.#known.keys()].map((role) => this.#beat(role)));
  }

  async #beat(role: Role): Promise<void> {
    const known = this.#known.get(role);
    if (!known) return;
    try {
      const args = [this.timing.lifeMs, this.process.id] as const;
      this.#believe(known, await BEAT.run(this.connections.prompt, [this.#key(role)], args));
      this.metrics.liveProcesses.set({ role }, known.count);
    } catch (error) {
      known.fewerSince = undefined;
      throw error;
    }
  }

  #believe(known: Known, count: number): void {
    const now = performance.now();
    if (count < known.count && now - (known.fewerSince ??= now) < this.timing.doubtMs) return;
    known.count = count;
    known.fewerSince = undefined;
  }

  #key(role: Role): string {
    return `${this.connections.prefix}:alive:${role}`;
  }
}
