import { Module } from '@nestjs/common';
import { StreamSettings } from '#config';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, Closers } from '#runtime';
import { MemoryReplyLog } from './memory-reply-log.js';
import { RedisReplyLog } from './redis-reply-log.js';
import { ReplyStreams } from './reply-streams.js';

function openStreams(
  { connections }: SharedRedis,
  { value }: StreamSettings,
  clock: Clock,
  closers: Closers,
) {
  const retention = { endedMs: value.retention, idleMs: value.idle_retention };
  const log = connections ? new RedisReplyLog(connections, retention) : new MemoryReplyLog(retention, clock);
  closers.add('streams', () => log.close());
  return new ReplyStreams(log, value.watchdog);
}

@Module({
  imports: [RedisModule],
  providers: [
    { provide: ReplyStreams, inject: [SharedRedis, StreamSettings, Clock, Closers], useFactory: openStreams },
  ],
  exports: [ReplyStreams],
})
export class StreamingModule {}
