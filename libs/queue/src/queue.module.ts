import { Module } from '@nestjs/common';
import { CatalogModule, ProviderLanes } from '#catalog';
import { QueueSettings } from '#config';
import { Database, DatabaseModule } from '#database';
import { LimitsModule, type MemorySlots, RedisSlots, Slots } from '#limits';
import { Log } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Closers, ThisProcess } from '#runtime';
import { type BullBackend } from './bull-backend.js';
import { BullJobQueue } from './bull-job-queue.js';
import { LocalDoorbell } from './doorbell.js';
import { JobQueue } from './job-queue.js';
import { PostgresBullBackend } from './postgres/postgres-bull-backend.js';
import { RedisBullBackend } from './redis/redis-bull-backend.js';
import { RedisDoorbell } from './redis/redis-doorbell.js';

async function openBackend(
  { connections }: SharedRedis,
  slots: Slots,
  database: Database,
  { value }: QueueSettings,
  { id }: ThisProcess,
  log: Log,
): Promise<BullBackend> {
  const onError = (err: Error) => log.debug({ err }, 'schedule');
  if (connections && slots instanceof RedisSlots)
    return new RedisBullBackend(connections, slots, id, value.lock_duration, onError);
  await PostgresBullBackend.migrate(database);
  return new PostgresBullBackend(database, slots as MemorySlots);
}

async function openQueue(
  backend: BullBackend,
  { connections }: SharedRedis,
  { value }: QueueSettings,
  { lanes }: ProviderLanes,
  log: Log,
  closers: Closers,
): Promise<JobQueue> {
  const doorbell = connections ? new RedisDoorbell(connections) : new LocalDoorbell();
  const timing = { lockDuration: value.lock_duration, stalledInterval: value.stalled_interval };
  const queue = new BullJobQueue(lanes, backend, doorbell, timing, (err) => log.debug({ err }, 'schedule'));
  closers.add('queue', () => queue.close());
  await queue.open();
  return queue;
}

const BACKEND = Symbol('BullBackend');

/** The schedule: BullMQ on Redis, or on the ledger's database where there is no Redis. */
@Module({
  imports: [CatalogModule, RedisModule, DatabaseModule, LimitsModule],
  providers: [
    {
      provide: BACKEND,
      inject: [SharedRedis, Slots, Database, QueueSettings, ThisProcess, Log],
      useFactory: openBackend,
    },
    {
      provide: JobQueue,
      inject: [BACKEND, SharedRedis, QueueSettings, ProviderLanes, Log, Closers],
      useFactory: openQueue,
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {}
