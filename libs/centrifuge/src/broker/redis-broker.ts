import { randomUUID } from 'node:crypto';
import { LuaScript, type RedisConnections, viaRedis } from '#redis';
import { Listeners } from '#runtime';
import { type HistoryPage, type Position } from '../channel-source.js';
import { type ClientInfo } from '../client.js';
import { type Move, moveOf, type Publication, publicationOf } from '../protocol/publication.js';
import {
  Broker,
  type FrameTaker,
  type HistoryAsk,
  type Listener,
  POSITION_MS,
  PRESENCE_MS,
} from './broker.js';
import { RedisSubscriber } from './redis-subscriber.js';
import { type ChannelRules } from './rules.js';

/**
 * Gives a publication the next number of its channel, keeps it under that (`<offset>-0`), and tells all processes.
 * KEYS: position, stream. ARGV: channel, body, most kept, time to live of those and of the position in ms, epoch of a
 * new channel. Answers offset and epoch.
 */
const PUBLISH = new LuaScript<readonly (string | number)[], [number, string]>(`
local offset = redis.call('HINCRBY', KEYS[1], 'offset', 1)
if offset == 1 then
  redis.call('HSETNX', KEYS[1], 'epoch', ARGV[6])
  redis.call('DEL', KEYS[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], offset .. '-0', 'b', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PUBLISH', ARGV[1], offset .. ' ' .. ARGV[2])
return {offset, redis.call('HGET', KEYS[1], 'epoch')}
`);

/**
 * Position and publications of one moment. KEYS: position, stream. ARGV: epoch of a new channel, time to live of the
 * position, from, to, most, 1 for the newest first. Answers offset, epoch, and offset and body in turn.
 */
const HISTORY = new LuaScript<readonly (string | number)[], [number, string, ...string[]]>(`
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
local answer = {tonumber(redis.call('HGET', KEYS[1], 'offset') or '0'), redis.call('HGET', KEYS[1], 'epoch')}
if ARGV[5] == '0' then return answer end
local rows
if ARGV[6] == '1' then rows = redis.call('XREVRANGE', KEYS[2], ARGV[4], ARGV[3], 'COUNT', ARGV[5])
else rows = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[4], 'COUNT', ARGV[5]) end
for _, row in ipairs(rows) do
  answer[#answer + 1] = row[1]
  answer[#answer + 1] = row[2][2]
end
return answer
`);

/** KEYS: infos, times. ARGV: now, until, client, info. */
const ENTER = new LuaScript<readonly (string | number)[], number>(`
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2] - ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2] - ARGV[1])
return 1
`);

/** KEYS: infos, times. ARGV: now. Answers the infos of those who are there. */
const PRESENT = new LuaScript<readonly (string | number)[], string[]>(`
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])) do redis.call('HDEL', KEYS[1], gone) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
return redis.call('HVALS', KEYS[1])
`);

/** Of a channel to which nobody has published. */
const SILENT_MS = 86_400_000;

/** General channels on Redis; one subscriber connection per process, however many channels and clients there are. */
export class RedisBroker extends Broker {
  readonly #listeners = new Listeners<Listener>();
  readonly #subscriber: RedisSubscriber;
  #takeFrame: FrameTaker = () => undefined;

  constructor(private readonly connections: RedisConnections) {
    super();
    this.#subscriber = new RedisSubscriber(connections);
    this.#subscriber.hear(
      (channel, payload) => this.#receive(channel, payload),
      () => {
        for (const listener of this.#listeners.all()) listener.gap();
      },
    );
  }

  async publish(key: string, body: string, { historySize, historyMs }: ChannelRules): Promise<Position> {
    const channel = this.#key(key, 'live');
    if (historySize === 0) {
      await viaRedis(() => this.connections.prompt.publish(channel, `0 ${body}`));
      return { offset: 0, epoch: '' };
    }
    const args = [channel, body, historySize, historyMs, POSITION_MS, randomUUID().slice(0, 8)];
    const [offset, epoch] = await viaRedis(() =>
      PUBLISH.run(this.connections.prompt, this.#stream(key), args),
    );
    return { offset, epoch };
  }

  async history(key: string, { after = 0, limit, reverse }: HistoryAsk): Promise<HistoryPage> {
    const from = reverse || after === 0 ? '-' : `(${after}-0`;
    const to = reverse && after > 0 ? `(${after}-0` : '+';
    const args = [randomUUID().slice(0, 8), SILENT_MS, from, to, limit, reverse ? 1 : 0];
    const [offset, epoch, ...rows] = await viaRedis(() =>
      HISTORY.run(this.connections.prompt, this.#stream(key), args),
    );
    const publications = [];
    for (let i = 0; i < rows.length; i += 2)
      publications.push(publicationOf(rows[i + 1]!, Number.parseInt(rows[i]!, 10)));
    return { offset, epoch, publications };
  }

  async listen(key: string, listener: Listener): Promise<() => void> {
    const channel = this.#key(key, 'live');
    this.#listeners.add(channel, listener);
    try {
      // Also for the second one: only the acknowledgement says that nothing is missed from here on.
      await this.#subscriber.subscribe(channel);
    } catch (error) {
      this.#unlisten(channel, listener);
      throw error;
    }
    return () => this.#unlisten(channel, listener);
  }

  async enter(key: string, info: ClientInfo): Promise<void> {
    const now = Date.now();
    const args = [now, now + PRESENCE_MS, info.client, JSON.stringify(info)];
    await viaRedis(() => ENTER.run(this.connections.prompt, this.#presence(key), args));
  }

  async leave(key: string, clientId: string): Promise<void> {
    const [infos, times] = this.#presence(key);
    await viaRedis(() =>
      this.connections.prompt.multi().hdel(infos!, clientId).zrem(times!, clientId).exec(),
    );
  }

  async tellMove(key: string, move: Move, info: ClientInfo): Promise<void> {
    const payload = `${move} ${JSON.stringify(info)}`;
    await viaRedis(() => this.connections.prompt.publish(this.#key(key, 'live'), payload));
  }

  async present(key: string): Promise<readonly ClientInfo[]> {
    const infos = await viaRedis(() =>
      PRESENT.run(this.connections.prompt, this.#presence(key), [Date.now()]),
    );
    return infos.map((info) => JSON.parse(info) as ClientInfo);
  }

  takeFrames(node: string, take: FrameTaker): void {
    this.#takeFrame = take;
    this.#subscriber.keepSubscribed(this.#nodeKey(node));
  }

  async forwardFrame(node: string, session: string, frame: string): Promise<boolean> {
    const heard = await viaRedis(() =>
      this.connections.prompt.publish(this.#nodeKey(node), `${session} ${frame}`),
    );
    return heard > 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #unlisten(channel: string, listener: Listener): void {
    if (this.#listeners.remove(channel, listener)) this.#subscriber.unsubscribe(channel);
  }

  #receive(channel: string, payload: string): void {
    const space = payload.indexOf(' ');
    const [head, body] = [payload.slice(0, space), payload.slice(space + 1)];
    if (channel.startsWith(this.#nodeKey(''))) return this.#takeFrame(head, body);
    const publication = heard(head, body);
    for (const listener of this.#listeners.of(channel)) listener.push(publication);
  }

  #stream(key: string): string[] {
    return [this.#key(key, 'position'), this.#key(key, 'stream')];
  }

  #presence(key: string): string[] {
    return [this.#key(key, 'present'), this.#key(key, 'seen')];
  }

  #nodeKey(node: string): string {
    return `${this.connections.prefix}:connections:${node}`;
  }

  #key(key: string, what: string): string {
    return `${this.connections.prefix}:channel:${what}:${key}`;
  }
}

/** `join` and `leave` stand where a publication has its number. */
function heard(head: string, body: string): Publication {
  if (head === 'join' || head === 'leave') return moveOf(head, JSON.parse(body) as ClientInfo);
  return publicationOf(body, Number(head));
}
