import { Module } from '@nestjs/common';
import { QueueSettings } from '#config';
import { RedisModule, SharedRedis } from '#redis';
import { Clock } from '#runtime';
import { MemorySlots } from './memory-slots.js';
import { RedisSlots } from './redis-slots.js';
import { Slots } from './slots.js';

/** Slots live as long as the locks in the schedule, and are renewed together with them. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: Slots,
      inject: [SharedRedis, QueueSettings, Clock],
      useFactory: ({ connections }: SharedRedis, { value }: QueueSettings, clock: Clock): Slots =>
        connections
          ? new RedisSlots(connections, value.lock_duration)
          : new MemorySlots(value.lock_duration, clock),
    },
  ],
  exports: [Slots],
})
export class LimitsModule {}
