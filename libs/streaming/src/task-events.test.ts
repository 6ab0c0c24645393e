import { afterAll, describe } from 'vitest';
import { RedisConnections } from '#redis';
import { redisUrlForTests } from '#testing';
import { MemoryTaskEvents } from './memory-task-events.js';
import { RedisTaskEvents } from './redis-task-events.js';
import { conformsToTaskEvents } from './task-events.conformance.js';

const open: RedisConnections[] = [];
const ignore = () => undefined;

afterAll(() => open.forEach((connections) => connections.close()));

async function connect(prefix: string): Promise<RedisConnections> {
  const connections = new RedisConnections(await redisUrlForTests(), prefix, ignore);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return connections;
}

describe('MemoryTaskEvents', () => {
  conformsToTaskEvents(() => {
    const events = new MemoryTaskEvents(ignore);
    return Promise.resolve([events, events]);
  });
});

describe('RedisTaskEvents', () => {
  conformsToTaskEvents(async () => {
    const prefix = crypto.randomUUID();
    const [here, there] = await Promise.all([connect(prefix), connect(prefix)]);
    return [new RedisTaskEvents(here, ignore), new RedisTaskEvents(there, ignore)];
  });
});
