import { Module } from '@nestjs/common';
import { StorageSettings } from '#config';
import { Health, Log } from '#observability';
import { Closers } from '#runtime';
import { RedisConnections } from './redis-connections.js';

/** Redis, in the profile that has one. */
export class SharedRedis {
  constructor(readonly connections: RedisConnections | undefined) {}
}

async function openRedis(
  { value }: StorageSettings,
  log: Log,
  health: Health,
  closers: Closers,
): Promise<SharedRedis> {
  if (value.redis_url === undefined) return new SharedRedis(undefined);
  const connections = new RedisConnections(value.redis_url, value.redis_prefix, (err) =>
    log.debug({ err }, 'redis connection'),
  );
  closers.add('redis', () => connections.close());
  await connections.waitUntilReady(value.start_timeout);
  for (const warning of await connections.unsafeSettings()) log.warn({}, warning);
  // Without Redis we still accept and finish, so a red light would take every gateway out for nothing.
  health.register({ name: 'redis', whenFailing: 'degraded', check: () => connections.ping() });
  return new SharedRedis(connections);
}

@Module({
  providers: [
    { provide: SharedRedis, inject: [StorageSettings, Log, Health, Closers], useFactory: openRedis },
  ],
  exports: [SharedRedis],
})
export class RedisModule {}
