import { Queue, Worker } from 'bullmq';
import { PRIORITIES } from '#contracts';
import { type RedisSlots } from '#limits';
import { type RedisConnections } from '#redis';
import {
  type BullBackend,
  type BullQueue,
  type BullWorker,
  MANUAL_WORKER,
  queueName,
  type WorkerTiming,
} from '../bull-backend.js';
import { type Correction } from '../fair/corrections.js';
import { TAG_RANGE } from '../fair/range.js';
import { type Band, type Counts, type JobToAdd, type Look, type LookAsk } from '../job-queue.js';
import { laneKeys } from './band-keys.js';
import { gatherBull } from './gather-bull.js';
import { COUNT } from './look.lua.js';
import { RedisAdding } from './redis-adding.js';
import { RedisFairTags } from './redis-fair-tags.js';
import { RedisLook } from './redis-look.js';
import { RedisPlaces } from './redis-places.js';

/** BullMQ on Redis. */
export class RedisBullBackend implements BullBackend {
  readonly places: RedisPlaces;
  readonly #look: RedisLook;
  readonly #tags: RedisFairTags;
  readonly #adding: RedisAdding;

  constructor(
    private readonly connections: RedisConnections,
    slots: RedisSlots,
    processId: string,
    leaseMs: number,
    onError: (error: Error) => void,
    range = TAG_RANGE,
  ) {
    this.places = new RedisPlaces(connections);
    gatherBull(connections.patient);
    const tags = new RedisFairTags(connections, range, onError);
    this.#tags = tags;
    this.#adding = new RedisAdding(connections, range);
    this.#look = new RedisLook(connections, slots, processId, leaseMs, range, (band) => tags.shift(band));
  }

  openQueue(band: Band): BullQueue {
    return new Queue(queueName(band), {
      connection: this.connections.prompt,
      prefix: this.connections.prefix,
      skipWaitingForReady: true,
    });
  }

  openWorker(band: Band, { lockDuration, stalledInterval }: WorkerTiming): BullWorker {
    return new Worker(queueName(band), null, {
      ...MANUAL_WORKER,
      connection: this.connections.patient,
      prefix: this.connections.prefix,
      lockDuration,
      stalledInterval,
    });
  }

  look(ask: LookAsk): Promise<Look> {
    return this.#look.run(ask);
  }

  tag(band: Band, jobs: readonly JobToAdd[]): Promise<number[]> {
    return this.#tags.tag(band, jobs);
  }

  addDue(_: BullQueue, band: Band, jobs: readonly JobToAdd[]): Promise<void> {
    return this.#adding.add(band, jobs);
  }

  correct(corrections: readonly Correction[]): Promise<void> {
    return this.#tags.correct(corrections);
  }

  async waiting(lanes: readonly string[]): Promise<Record<string, Counts>> {
    const keys = lanes.flatMap((lane) => laneKeys(this.connections.prefix, lane));
    const numbers = await COUNT.run(this.connections.prompt, keys, []);
    const countsOf = (lane: number) =>
      Object.fromEntries(PRIORITIES.map((priority, i) => [priority, numbers[lane * 4 + i]!]));
    return Object.fromEntries(lanes.map((lane, i) => [lane, countsOf(i) as unknown as Counts]));
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
}
