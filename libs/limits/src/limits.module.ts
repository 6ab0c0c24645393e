import { Module } from '@nestjs/common';
import { QueueSettings } from '#config';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, ThisProcess } from '#runtime';
import { MemorySlots } from './memory-slots.js';
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

/** Slots live as long as the locks in the schedule, and are renewed together with them. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: Slots,
      inject: [SharedRedis, QueueSettings, Clock, ThisProcess],
      useFactory: openSlots,
    },
  ],
  exports: [Slots],
})
export class LimitsModule {}
