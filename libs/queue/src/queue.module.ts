import { Module } from '@nestjs/common';
import { QueueSettings } from '#config';
import { Database, DatabaseModule } from '#database';
import { Log } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Closers } from '#runtime';
import { BullJobQueue } from './bull-job-queue.js';
import { LocalDoorbell } from './doorbell.js';
import { JobQueue } from './job-queue.js';
import { PostgresBullBackend } from './postgres/postgres-bull-backend.js';
import { RedisBullBackend } from './redis/redis-bull-backend.js';
import { RedisDoorbell } from './redis/redis-doorbell.js';

async function openQueue(
  { connections }: SharedRedis,
  database: Database,
  { value }: QueueSettings,
  log: Log,
  closers: Closers,
): Promise<JobQueue> {
  if (!connections) await PostgresBullBackend.migrate(database);
  const backend = connections ? new RedisBullBackend(connections) : new PostgresBullBackend(database);
  const doorbell = connections ? new RedisDoorbell(connections) : new LocalDoorbell();
  const timing = { lockDuration: value.lock_duration, stalledInterval: value.stalled_interval };
  const queue = new BullJobQueue(backend, doorbell, timing, (err) => log.debug({ err }, 'schedule'));
  closers.add('queue', () => queue.close());
  await queue.open();
  return queue;
}

/** The schedule: BullMQ on Redis, or on the ledger's database where there is no Redis. */
@Module({
  imports: [RedisModule, DatabaseModule],
  providers: [
    {
      provide: JobQueue,
      inject: [SharedRedis, Database, QueueSettings, Log, Closers],
      useFactory: openQueue,
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {}
