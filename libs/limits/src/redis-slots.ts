import { LuaScript, type RedisConnections } from '#redis';
import { Slots } from './slots.js';

/**
 * One ZSET per upstream: token → end of its lease by the clock of Redis. Each script first drops what has run out,
 * so the slots of a dead process come back by themselves.
 */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
`;

/** KEYS: leases. ARGV: limit, lease in ms, tokens. Answers with how many of the tokens got a slot, the first ones. */
const ACQUIRE = new LuaScript<readonly (string | number)[], number>(`${NOW}
local free = tonumber(ARGV[1]) - redis.call('ZCARD', KEYS[1])
local granted = math.max(0, math.min(free, #ARGV - 2))
for i = 3, granted + 2 do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i]) end
if granted > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2) end
redis.call('SET', KEYS[1] .. ':limit', ARGV[1], 'PX', ARGV[2] * 2)
return granted
`);

/** KEYS: leases. ARGV: lease in ms, tokens. */
const RENEW = new LuaScript<readonly (string | number)[], number>(`${NOW}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
return 1
`);

/** KEYS: leases. ARGV: tokens. Answers 1 when the upstream was full. */
const RELEASE = new LuaScript<readonly string[], number>(`${NOW}
local limit = tonumber(redis.call('GET', KEYS[1] .. ':limit') or math.huge)
local full = redis.call('ZCARD', KEYS[1]) >= limit
redis.call('ZREM', KEYS[1], unpack(ARGV))
return full and 1 or 0
`);

/**
 * After a reconnect nothing is acquired for this long: Redis may have come back empty, and by then every process that
 * holds slots is connected again (at the latest after a second) and has put them back.
 */
const GRACE_MS = 1_500;

/** Slots in Redis, shared by every process that uses the same prefix. */
export class RedisSlots extends Slots {
  readonly #held = new Map<string, Set<string>>();
  #quietUntil = 0;

  constructor(
    private readonly connections: RedisConnections,
    private readonly leaseMs: number,
  ) {
    super();
    connections.onReconnect(() => this.#putBack());
  }

  async acquire(upstream: string, limit: number, tokens: readonly string[]): Promise<string[]> {
    const quietUntil = this.#quietUntil;
    if (performance.now() < quietUntil) return [];
    const args = [limit, this.leaseMs, ...tokens];
    const granted = await ACQUIRE.run(this.connections.patient, [this.#key(upstream)], args);
    const mine = tokens.slice(0, granted);
    for (const token of mine) this.#heldOn(upstream).add(token);
    if (this.#quietUntil === quietUntil) return mine;
    // The question has waited for Redis to come back, and was the first thing that it answered.
    await this.release(upstream, mine);
    return [];
  }

  async renew(upstream: string, tokens: readonly string[]): Promise<void> {
    if (tokens.length === 0) return;
    await RENEW.run(this.connections.patient, [this.#key(upstream)], [this.leaseMs, ...tokens]);
  }

  async release(upstream: string, tokens: readonly string[]): Promise<boolean> {
    if (tokens.length === 0) return false;
    for (const token of tokens) this.#heldOn(upstream).delete(token);
    return (await RELEASE.run(this.connections.patient, [this.#key(upstream)], tokens)) === 1;
  }

  #putBack(): void {
    this.#quietUntil = performance.now() + GRACE_MS;
    // What fails here is put back by the next renewal.
    for (const [upstream, held] of this.#held) this.renew(upstream, [...held]).catch(() => undefined);
  }

  #heldOn(upstream: string): Set<string> {
    const held = this.#held.get(upstream) ?? new Set<string>();
    this.#held.set(upstream, held);
    return held;
  }

  #key(upstream: string): string {
    return `${this.connections.prefix}:slots:${upstream}`;
  }
}
