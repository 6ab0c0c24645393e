import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.js';
import { redisUrlForTests, startPrivateRedis, type PrivateRedisOptions } from './private-redis.js';

async function setup(options?: PrivateRedisOptions) {
  const server = await startPrivateRedis(options);
  onTestFinished(() => server.stop());
  const connect = () => {
    const redis = new Redis(server.url, { retryStrategy: () => null });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    return redis;
  };
  return { server, connect };
}

async function directoryOf(redis: Redis): Promise<string> {
  const [, directory] = (await redis.config('GET', 'dir')) as [string, string];
  return directory;
}

describe('startPrivateRedis', () => {
  test('starts a server with the settings that a queue needs', async () => {
    const { connect } = await setup();
    const redis = connect();
    expect(await redis.ping()).toBe('PONG');
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    expect(await redis.config('GET', 'save')).toEqual(['save', '']);
  });

  test('keeps its port and its data through a kill', async () => {
    const { server, connect } = await setup();
    await connect().set('kept', 'yes');
    const { pid, url } = server;
    server.kill();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    expect(await connect().get('kept')).toBe('yes');
  });

  test('loses its data through a kill without the append-only file', async () => {
    const { server, connect } = await setup({ aof: false });
    await connect().set('kept', 'no');
    server.kill();
    await server.restart();
    expect(await connect().get('kept')).toBeNull();
  });

  test('stops, and deletes its temporary directory', async () => {
    const { server, connect } = await setup();
    const directory = await directoryOf(connect());
    expect(existsSync(directory)).toBe(true);
    await server.stop();
    expect(existsSync(directory)).toBe(false);
    await expect(connect().ping()).rejects.toThrow();
  });

  test('stops at once even when it was paused', async () => {
    const { server, connect } = await setup();
    const redis = connect();
    await redis.ping();
    server.kill('SIGSTOP');
    await server.stop();
    await eventually(() => expect(redis.status).toBe('end'));
  });

  test('says which port is taken', async () => {
    const { server } = await setup();
    await expect(startPrivateRedis({ port: server.port })).rejects.toThrow(/ended at its start[^]*in use/);
  });
});

describe('redisUrlForTests', () => {
  test('prefers REDIS_URL', async () => {
    expect(await redisUrlForTests({ REDIS_URL: 'redis://elsewhere:1' })).toBe('redis://elsewhere:1');
  });

  test('gives every caller of a process the same private server', async () => {
    const [first, second] = await Promise.all([redisUrlForTests({}), redisUrlForTests({})]);
    expect(first).toBe(second);
  });
});
