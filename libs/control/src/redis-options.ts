import { type RedisOptions } from '@nestjs/microservices';
import { DEAF } from '#redis';

/** A Redis URL as the options of Nest's Redis transport, which never gives up. */
export function redisTransportOptions(url: string): NonNullable<RedisOptions['options']> {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    ...DEAF,
    host: hostname,
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db: Number(pathname.slice(1) || 0),
    ...(protocol === 'rediss:' && { tls: {} }),
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: 500,
  };
}
