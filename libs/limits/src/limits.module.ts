import { Module } from '@nestjs/common';
import { QueueSettings } from '#config';
import { Log, Metrics } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, provide, ThisProcess } from '#runtime';
import { LiveProcesses, SoleProcess } from './away/live-processes.js';
import { Reach } from './away/reach.js';
import { RedisLiveProcesses } from './away/redis-live-processes.js';
import { Buckets } from './buckets/buckets.js';
import { MemoryBuckets } from './buckets/memory-buckets.js';
import { RedisBuckets } from './buckets/redis-buckets.js';
import { Concurrency } from './concurrency/concurrency.js';
import { MemoryConcurrency } from './concurrency/memory-concurrency.js';
import { RedisConcurrency } from './concurrency/redis-concurrency.js';
import { MemorySlots } from './memory-slots.js';
import { MemoryRates } from './rates/memory-rates.js';
import { Rates } from './rates/rates.js';
import { RedisRates } from './rates/redis-rates.js';
import { RedisSlots } from './redis-slots.js';
import { Slots } from './slots.js';

function openSlots(
  { connections }: SharedRedis,
  { value }: QueueSettings,
  clock: Clock,
  { id }: ThisProcess,
): Slots {
  if (connections) return new RedisSlots(connections, value.lock_duration, id);
  return new MemorySlots(value.lock_duration, clock, id);
}

/** Redis as the limits see it; undefined where there is none. */
class RedisForLimits {
  readonly reach: Reach | undefined;

  constructor({ connections }: SharedRedis, log: Log) {
    if (!connections) return;
    this.reach = new Reach(connections, (err) =>
      log.warn({ err }, 'Redis does not answer: every process keeps to its part of the limits'),
    );
  }
}

function openLiveProcesses(
  { connections }: SharedRedis,
  process: ThisProcess,
  metrics: Metrics,
  log: Log,
): LiveProcesses {
  return connections ? new RedisLiveProcesses(connections, process, metrics, log) : new SoleProcess();
}

function openBuckets(
  { connections }: SharedRedis,
  { reach }: RedisForLimits,
  live: LiveProcesses,
  clock: Clock,
): Buckets {
  return connections && reach ? new RedisBuckets(connections, reach, live) : new MemoryBuckets(clock);
}

function openRates(
  { connections }: SharedRedis,
  { reach }: RedisForLimits,
  live: LiveProcesses,
  clock: Clock,
): Rates {
  return connections && reach ? new RedisRates(connections, reach, live, clock) : new MemoryRates(clock);
}

function openConcurrency(
  { connections }: SharedRedis,
  { reach }: RedisForLimits,
  live: LiveProcesses,
  { value }: QueueSettings,
  clock: Clock,
  { id }: ThisProcess,
): Concurrency {
  if (!connections || !reach) return new MemoryConcurrency(value.lock_duration, clock, id);
  return new RedisConcurrency(connections, reach, live, value.lock_duration, id);
}

/** Slots and leases live as long as the locks in the schedule, and are renewed together with them. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: Slots,
      inject: [SharedRedis, QueueSettings, Clock, ThisProcess],
      useFactory: openSlots,
    },
    provide(RedisForLimits, [SharedRedis, Log]),
    {
      provide: LiveProcesses,
      inject: [SharedRedis, ThisProcess, Metrics, Log],
      useFactory: openLiveProcesses,
    },
    {
      provide: Buckets,
      inject: [SharedRedis, RedisForLimits, LiveProcesses, Clock],
      useFactory: openBuckets,
    },
    {
      provide: Rates,
      inject: [SharedRedis, RedisForLimits, LiveProcesses, Clock],
      useFactory: openRates,
    },
    {
      provide: Concurrency,
      inject: [SharedRedis, RedisForLimits, LiveProcesses, QueueSettings, Clock, ThisProcess],
      useFactory: openConcurrency,
    },
  ],
  exports: [Slots, LiveProcesses, Buckets, Rates, Concurrency],
})
export class LimitsModule {}
