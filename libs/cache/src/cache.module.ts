import { Module } from '@nestjs/common';
import { CacheSettings } from '#config';
import { Reach } from '#limits';
import { Log, Metrics } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, provide } from '#runtime';
import { MemoryResults } from './memory-results.js';
import { RedisResults } from './redis-results.js';
import { ResultCache } from './result-cache.js';
import { Results } from './results.js';

function openResults(
  { connections }: SharedRedis,
  { value }: CacheSettings,
  clock: Clock,
  log: Log,
): Results {
  const bounds = { bytes: value.tenant_size, entries: value.tenant_entries };
  if (!connections) return new MemoryResults(bounds, clock);
  const reach = new Reach(connections, (err) =>
    log.warn({ err }, 'Redis does not answer: nothing is cached'),
  );
  return new RedisResults(connections, reach, bounds);
}

@Module({
  imports: [RedisModule],
  providers: [
    { provide: Results, inject: [SharedRedis, CacheSettings, Clock, Log], useFactory: openResults },
    provide(ResultCache, [Results, CacheSettings, Metrics]),
  ],
  exports: [ResultCache],
})
export class CacheModule {}
