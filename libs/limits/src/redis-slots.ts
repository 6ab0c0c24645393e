import { GatheredScript, LuaScript, type RedisConnections } from '#redis';
import { GRANT_LUA, slotKeys, spreadArgs } from './grant.lua.js';
import { type Granted, NOTHING, type SlotAsk, Slots } from './slots.js';

/** ARGV: lease in ms, limit, reserved, realtime, others, gap and longest hold of a spread, prefix and number of the tokens. */
const ACQUIRE = new LuaScript<readonly (string | number)[], Acquired>(`${GRANT_LUA}
local function number(i) return tonumber(ARGV[i]) end
local first, rest, held = grant(KEYS, redisNow(), number(1), number(2), number(3), number(4), number(5), number(6), number(7), ARGV[8], number(9))
return {first, rest, held, eraOf(KEYS[6], redisNow())}
`);

/** ARGV: lease in ms, tokens. */
const RENEW = new LuaScript<readonly (string | number)[], number>(`${GRANT_LUA}
local untilMs = redisNow() + tonumber(ARGV[1])
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], untilMs, ARGV[i])
  redis.call('ZADD', KEYS[2], 'XX', untilMs, ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[1] * 2)
return 1
`);

/** ARGV: tokens. Answers 1 when somebody has wanted a slot in vain. */
const RELEASE = new GatheredScript<number>(`
redis.call('ZREM', KEYS[1], unpack(ARGV))
redis.call('ZREM', KEYS[2], unpack(ARGV))
return redis.call('DEL', KEYS[4])
`);

/** ARGV: how the tokens of the dead process begin. */
const SWEEP = new LuaScript<readonly string[], number>(`
local swept = 0
for _, token in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(token, 1, #ARGV[1]) == ARGV[1] then
    swept = swept + redis.call('ZREM', KEYS[1], token)
    redis.call('ZREM', KEYS[2], token)
  end
end
return swept
`);

/** ARGV: ms. */
const PAUSE = new LuaScript<readonly number[], number>(`
if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[3], 1, 'PX', ARGV[1]) end
return 1
`);

/** Slots for realtime, slots for others, and for how many ms a start is held back. */
type Grant = readonly [number, number, number];

type Acquired = readonly [...Grant, era: number];

/**
 * After a reconnect nothing is acquired for this long: Redis may have come back empty, and by then every process that
 * holds slots is connected again (at the latest after a second) and has put them back.
 */
const GRACE_MS = 1_500;

/** Slots in Redis, shared by every process that uses the same prefix. */
export class RedisSlots extends Slots {
  readonly #held = new Map<string, Set<string>>();
  #made = 0;
  #quietUntil = 0;
  #era: number | undefined;

  constructor(
    private readonly connections: RedisConnections,
    private readonly leaseMs: number,
    private readonly processId: string,
  ) {
    super();
    connections.onReconnect(() => {
      this.#quietUntil = performance.now() + GRACE_MS;
      this.#putBack();
    });
  }

  async acquire(upstream: string, ask: SlotAsk): Promise<Granted> {
    const { connection } = this;
    if (this.isQuiet) return NOTHING;
    const seq = this.number(ask.realtime + ask.others);
    const { limit, reserved, realtime, others } = ask;
    const args = [this.leaseMs, limit, reserved, realtime, others, ...spreadArgs(ask), this.processId, seq];
    const [first, rest, heldMs, era] = await ACQUIRE.run(
      this.connections.patient,
      this.#keys(upstream),
      args,
    );
    this.observe(era);
    return this.unlessReconnected(connection, upstream, this.hold(upstream, seq, [first, rest, heldMs]));
  }

  /** What was granted, unless Redis was away in between: then the question was the first thing that it answered. */
  async unlessReconnected(since: number, upstream: string, granted: Granted): Promise<Granted> {
    if (this.connection === since) return granted;
    await this.release(upstream, [...granted.realtime, ...granted.others]);
    return NOTHING;
  }

  /** Whether Redis has only just come back, so that nothing may be acquired yet. */
  get isQuiet(): boolean {
    return performance.now() < this.#quietUntil;
  }

  /** Changes with every reconnect. */
  get connection(): number {
    return this.#quietUntil;
  }

  /** Sets aside `count` tokens; answers with the number before the first. */
  number(count: number): number {
    this.#made += count;
    return this.#made - count;
  }

  /** Notes what a script has granted to this process. */
  hold(upstream: string, seq: number, [realtime, others, heldMs]: Grant): Granted {
    const tokens = Array.from({ length: realtime + others }, (_, i) => `${this.processId}:${seq + i + 1}`);
    for (const token of tokens) this.#heldOn(upstream).add(token);
    const granted = { realtime: tokens.slice(0, realtime), others: tokens.slice(realtime) };
    return heldMs > 0 ? { ...granted, heldMs } : granted;
  }

  /** Redis has told its era: in another one than before it knows nothing of what this process holds. */
  observe(era: number): void {
    if (this.#era !== undefined && this.#era !== era) this.#putBack();
    this.#era = era;
  }

  async renew(upstream: string, tokens: readonly string[]): Promise<void> {
    if (tokens.length === 0) return;
    // A slot that is released right behind this must not come back.
    await RENEW.runInOrder(this.connections.patient, this.#keys(upstream), [this.leaseMs, ...tokens]);
  }

  async release(upstream: string, tokens: readonly string[]): Promise<boolean> {
    if (tokens.length === 0) return false;
    for (const token of tokens) this.#heldOn(upstream).delete(token);
    return (await RELEASE.run(this.connections.patient, this.#keys(upstream), tokens)) === 1;
  }

  sweep(upstream: string, processId: string): Promise<number> {
    return SWEEP.run(this.connections.prompt, this.#keys(upstream), [`${processId}:`]);
  }

  async pause(upstream: string, ms: number): Promise<void> {
    await PAUSE.run(this.connections.patient, this.#keys(upstream), [Math.max(1, Math.ceil(ms))]);
  }

  held(upstream: string): Promise<number> {
    return this.connections.prompt.zcard(this.#keys(upstream)[0]!);
  }

  #putBack(): void {
    // What fails here is put back by the next renewal.
    for (const [upstream, held] of this.#held) this.renew(upstream, [...held]).catch(() => undefined);
  }

  #heldOn(upstream: string): Set<string> {
    const held = this.#held.get(upstream) ?? new Set<string>();
    this.#held.set(upstream, held);
    return held;
  }

  #keys(upstream: string): string[] {
    return slotKeys(this.connections.prefix, upstream);
  }
}
