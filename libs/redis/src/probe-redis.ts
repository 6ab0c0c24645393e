import { Redis } from 'ioredis';

const PATIENCE_MS = 3_000;

/** What a Redis says of itself; undefined is what it does not tell (managed services forbid CONFIG). */
export interface RedisFacts {
  readonly version: string;
  readonly role: string;
  readonly maxmemoryPolicy: string | undefined;
  readonly appendonly: string | undefined;
  /** Our time before it was asked for its own, its time, ours afterwards; in ms. */
  readonly clock: readonly [number, number, number];
}

/** Looks at a Redis once, changing nothing. Throws what keeps it from answering. */
export async function probeRedis(url: string): Promise<RedisFacts> {
  let failure: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    replyMapping: 'legacy',
  });
  redis.on('error', (error) => (failure = error));
  try {
    await redis.connect();
    return await factsOf(redis);
  } catch (error) {
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}

async function factsOf(redis: Redis): Promise<RedisFacts> {
  const info = await redis.info();
  const word = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  return {
    version: word('redis_version') ?? '0',
    role: word('role') ?? 'master',
    maxmemoryPolicy: await settingOf(redis, 'maxmemory-policy'),
    appendonly: await settingOf(redis, 'appendonly'),
    clock: await clockOf(redis),
  };
}

async function settingOf(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer = (await redis.call('CONFIG', ['GET', name])) as unknown;
    return Array.isArray(answer) ? (answer[1] as string | undefined) : undefined;
  } catch {
    return undefined;
  }
}

async function clockOf(redis: Redis): Promise<RedisFacts['clock']> {
  const before = Date.now();
  const [seconds, micros] = (await redis.time()) as unknown as [string | number, string | number];
  return [before, Number(seconds) * 1_000 + Number(micros) / 1_000, Date.now()];
}
