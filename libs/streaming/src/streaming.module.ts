import { Module } from '@nestjs/common';
import { StreamSettings } from '#config';
import { Log } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, Closers } from '#runtime';
import { MemoryReplyLog } from './memory-reply-log.js';
import { MemoryTaskEvents } from './memory-task-events.js';
import { RedisReplyLog } from './redis-reply-log.js';
import { RedisTaskEvents } from './redis-task-events.js';
import { ReplyStreams } from './reply-streams.js';
import { TaskEvents } from './task-events.js';

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

function openTaskEvents({ connections }: SharedRedis, log: Log): TaskEvents {
  const onError = (err: unknown) => log.warn({ err }, 'a task event was not passed on');
  return connections ? new RedisTaskEvents(connections, onError) : new MemoryTaskEvents(onError);
}

@Module({
  imports: [RedisModule],
  providers: [
    { provide: TaskEvents, inject: [SharedRedis, Log], useFactory: openTaskEvents },
    { provide: ReplyStreams, inject: [SharedRedis, StreamSettings, Clock, Closers], useFactory: openStreams },
  ],
  exports: [ReplyStreams, TaskEvents],
})
export class StreamingModule {}
