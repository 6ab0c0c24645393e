import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis } from './find-redis.js';
import { onFreePort } from './free-port.js';
import { startServer, type PrivateServer } from './private-server.js';

export interface PrivateRedisOptions {
  /** Keep the data through a kill; on unless said otherwise. */
  readonly aof?: boolean;
  readonly port?: number;
  /** A directory to keep; a temporary one otherwise. */
  readonly dir?: string;
}

export async function startPrivateRedis(options: PrivateRedisOptions = {}): Promise<PrivateServer> {
  const command = await findRedis();
  const start = (port: number) => startOn(port, command, options);
  return options.port === undefined ? onFreePort(start) : start(options.port);
}

let shared: Promise<PrivateServer> | undefined;

/** REDIS_URL when set; otherwise a private server that all tests of this process share. */
export async function redisUrlForTests(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env['REDIS_URL']) return env['REDIS_URL'];
  shared ??= startPrivateRedis();
  return (await shared).url;
}

async function startOn(port: number, command: string, options: PrivateRedisOptions): Promise<PrivateServer> {
  const directory = options.dir ? resolve(options.dir) : await mkdtemp(join(tmpdir(), 'llm-mq-redis-'));
  await mkdir(directory, { recursive: true });
  return startServer({
    command,
    args: redisArguments(port, directory, options.aof ?? true),
    directory,
    temporary: options.dir === undefined,
    port,
    url: `redis://127.0.0.1:${port}`,
    stopSignals: { orderly: 'SIGTERM', immediate: 'SIGKILL' },
    isReady: (pid) => answers(port, pid),
  });
}

function redisArguments(port: number, directory: string, aof: boolean): string[] {
  const options = {
    bind: '127.0.0.1',
    port: String(port),
    dir: directory,
    save: '',
    appendonly: aof ? 'yes' : 'no',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

async function answers(port: number, pid: number): Promise<void> {
  const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const info = await redis.info('server');
    if (!info.includes(`process_id:${pid}\r\n`)) throw new Error(`Another server has taken port ${port}`);
  } finally {
    redis.disconnect();
  }
}
