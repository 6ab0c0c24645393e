import { Module } from '@nestjs/common';
import { StreamSettings } from '#config';
import { Log } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, Closers } from '#runtime';
import { MemoryReplyLog } from './memory-reply-log.js';
import { MemoryNewsLine } from './memory-news-line.js';
import { NewsLine } from './news-line.js';
import { RedisNewsLine } from './redis-news-line.js';
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

function openNewsLine({ connections }: SharedRedis, log: Log): NewsLine {
  const onError = (err: unknown) => log.warn({ err }, 'news were not passed on');
  return connections ? new RedisNewsLine(connections, onError) : new MemoryNewsLine(onError);
}

@Module({
  imports: [RedisModule],
  providers: [
    { provide: NewsLine, inject: [SharedRedis, Log], useFactory: openNewsLine },
    { provide: ReplyStreams, inject: [SharedRedis, StreamSettings, Clock, Closers], useFactory: openStreams },
  ],
  exports: [ReplyStreams, NewsLine],
})
export class StreamingModule {}
