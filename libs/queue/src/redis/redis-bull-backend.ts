import { Queue, Worker } from 'bullmq';
import { PRIORITIES, type Priority } from '#contracts';
import { LuaScript, type RedisConnections } from '#redis';
import {
  type BullBackend,
  type BullQueue,
  type BullWorker,
  MANUAL_WORKER,
  queueName,
  type WorkerTiming,
} from '../bull-backend.js';
import { type Counts, type Ready } from '../job-queue.js';

/**
 * Looks at all four bands in one round trip.
 * KEYS: wait, prioritized, delayed of each band. ARGV: now in ms.
 * Answers with ready and delayed jobs of each band, then the score of the next delayed job (-1: none).
 * BullMQ scores a delayed job with its time in ms × 4096.
 */
const LOOK = new LuaScript<[now: number], number[]>(`
local due = tonumber(ARGV[1]) * 4096 + 4095
local answer, nextDue = {}, -1
for i = 1, #KEYS, 3 do
  local ready = redis.call('LLEN', KEYS[i]) + redis.call('ZCARD', KEYS[i + 1])
  local ripe = redis.call('ZCOUNT', KEYS[i + 2], '-inf', due)
  answer[#answer + 1] = ready + ripe
  answer[#answer + 1] = redis.call('ZCARD', KEYS[i + 2]) - ripe
  local first = redis.call('ZRANGEBYSCORE', KEYS[i + 2], '(' .. due, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
  if first then
    local ms = math.floor(tonumber(first) / 4096)
    if nextDue < 0 or ms < nextDue then nextDue = ms end
  end
end
answer[#answer + 1] = nextDue
return answer
`);

/** BullMQ on Redis. */
export class RedisBullBackend implements BullBackend {
  readonly #keys: string[];

  constructor(private readonly connections: RedisConnections) {
    const key = (priority: Priority, part: string) => `${connections.prefix}:${queueName(priority)}:${part}`;
    this.#keys = PRIORITIES.flatMap((priority) => [
      key(priority, 'wait'),
      key(priority, 'prioritized'),
      key(priority, 'delayed'),
    ]);
  }

  openQueue(priority: Priority): BullQueue {
    return new Queue(queueName(priority), {
      connection: this.connections.prompt,
      prefix: this.connections.prefix,
      skipWaitingForReady: true,
    });
  }

  openWorker(priority: Priority, { lockDuration, stalledInterval }: WorkerTiming): BullWorker {
    return new Worker(queueName(priority), null, {
      ...MANUAL_WORKER,
      connection: this.connections.patient,
      prefix: this.connections.prefix,
      lockDuration,
      stalledInterval,
    });
  }

  async ready(): Promise<Ready> {
    const numbers = await this.#look(this.connections.patient);
    const nextDue = numbers.at(-1)!;
    return {
      counts: counts((i) => numbers[i * 2]!),
      nextDueMs: nextDue < 0 ? undefined : Math.max(0, nextDue - Date.now()),
    };
  }

  async waiting(): Promise<Counts> {
    const numbers = await this.#look(this.connections.prompt);
    return counts((i) => numbers[i * 2]! + numbers[i * 2 + 1]!);
  }

  /**
   * A random value that is in Redis as long as Redis keeps what we gave it, and the server's own run id: a server
   * that was restarted, or a replica that took over, may have lost the last second only.
   */
  async generation(): Promise<string> {
    const key = `${this.connections.prefix}:generation`;
    const fresh = crypto.randomUUID();
    const kept = (await this.connections.prompt.set(key, fresh, 'NX', 'GET')) ?? fresh;
    return `${kept} ${await this.#runId()}`;
  }

  /** Empty where the server does not tell. */
  async #runId(): Promise<string> {
    try {
      return /^run_id:(\w+)/m.exec(await this.connections.prompt.info('server'))?.[1] ?? '';
    } catch (error) {
      if ((error as Error).name === 'ReplyError') return '';
      throw error;
    }
  }

  #look(redis: RedisConnections['prompt']): Promise<number[]> {
    return LOOK.run(redis, this.#keys, [Date.now()]);
  }
}

function counts(of: (index: number) => number): Counts {
  return Object.fromEntries(PRIORITIES.map((priority, i) => [priority, of(i)])) as unknown as Counts;
}
