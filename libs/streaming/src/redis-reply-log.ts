import { type Redis } from 'ioredis';
import { type ReplyEntry, type ReplyEvent } from '#contracts';
import { GatheredScript, type RedisConnections, viaRedis } from '#redis';
import { withDeadline } from '#runtime';
import { LiveEntries } from './live-entries.js';
import { type Retention } from './memory-reply-log.js';
import { type AppendResult, type Live, ReplyLog, type Tail } from './reply-log.js';

/**
 * Appends to a reply stream and tells the gateways, in one step. The sequence number is the id of the stream
 * entry (`<seq>-0`), so Redis itself refuses a number twice.
 * KEYS: the stream. ARGV: channel, first seq, 1 when the first entry may follow a gap, time to live in ms, then the
 * events. Answers ok, taken or lost.
 */
const APPEND = new GatheredScript<AppendResult>(`
local first = tonumber(ARGV[2])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local top = last and tonumber(string.match(last[1], '^(%d+)')) or 0
if first <= top then return 'taken' end
if first > top + 1 and ARGV[3] ~= '1' then return 'lost' end
for i = 5, #ARGV do
  local seq = first + i - 5
  redis.call('XADD', KEYS[1], seq .. '-0', 'e', ARGV[i])
  redis.call('PUBLISH', ARGV[1], seq .. ' ' .. ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'ok'
`);

const SUBSCRIBE_TIMEOUT_MS = 800;

/** Reply logs as Redis streams; one subscriber connection per process, however many readers there are. */
export class RedisReplyLog extends ReplyLog {
  readonly #live = new Map<string, LiveEntries>();
  #subscriber: Redis | undefined;

  constructor(
    private readonly connections: RedisConnections,
    private readonly retention: Retention,
  ) {
    super();
  }

  append(messageId: string, entries: readonly ReplyEntry[]): Promise<AppendResult> {
    const key = this.#key(messageId);
    const first = entries[0]!;
    const ended = entries.at(-1)!.event.type === 'end';
    return viaRedis(() =>
      APPEND.run(
        this.connections.prompt,
        [key],
        [
          key,
          first.seq,
          first.event.type === 'reset' ? 1 : 0,
          ended ? this.retention.endedMs : this.retention.idleMs,
          ...entries.map(({ event }) => JSON.stringify(event)),
        ],
      ),
    );
  }

  async range(messageId: string, after: number, limit: number): Promise<ReplyEntry[]> {
    const rows = await viaRedis(() =>
      this.connections.prompt.xrange(this.#key(messageId), `(${after}-0`, '+', 'COUNT', limit),
    );
    return rows.map(toEntry);
  }

  async tail(messageId: string): Promise<Tail | undefined> {
    const [row] = await viaRedis(() =>
      this.connections.prompt.xrevrange(this.#key(messageId), '+', '-', 'COUNT', 1),
    );
    if (!row) return undefined;
    const { seq, event } = toEntry(row);
    return { seq, ended: event.type === 'end' };
  }

  async follow(messageId: string): Promise<Live> {
    const channel = this.#key(messageId);
    const live = this.#live.get(channel) ?? new LiveEntries();
    this.#live.set(channel, live);
    live.readers += 1;
    try {
      // Also for the second reader: only the acknowledgement says that nothing is missed from here on.
      const subscribed = this.#subscription().subscribe(channel);
      await withDeadline(subscribed, SUBSCRIBE_TIMEOUT_MS, 'redis_unavailable', 'Redis');
    } catch (error) {
      this.#unfollow(channel, live);
      throw error;
    }
    return {
      entries: () => live.entries(),
      changed: (ms, signal) => live.changed(ms, signal),
      close: () => this.#unfollow(channel, live),
    };
  }

  close(): Promise<void> {
    for (const live of this.#live.values()) live.wake();
    return Promise.resolve();
  }

  #unfollow(channel: string, live: LiveEntries): void {
    live.readers -= 1;
    if (live.readers > 0) return;
    this.#live.delete(channel);
    this.#subscriber?.unsubscribe(channel).catch(() => undefined);
  }

  #subscription(): Redis {
    if (this.#subscriber) return this.#subscriber;
    this.#subscriber = this.connections.subscriber();
    this.#subscriber.on('message', (channel, payload) => this.#receive(channel, payload));
    // While it was away messages were missed; waking the readers makes them look into the log.
    this.#subscriber.on('ready', () => this.#live.forEach((live) => live.wake()));
    return this.#subscriber;
  }

  #receive(channel: string, payload: string): void {
    const space = payload.indexOf(' ');
    const event = JSON.parse(payload.slice(space + 1)) as ReplyEvent;
    this.#live.get(channel)?.push({ seq: Number(payload.slice(0, space)), event });
  }

  #key(messageId: string): string {
    return `${this.connections.prefix}:reply:${messageId}`;
  }
}

function toEntry([id, fields]: [string, string[]]): ReplyEntry {
  return { seq: Number.parseInt(id, 10), event: JSON.parse(fields[1]!) as ReplyEvent };
}
