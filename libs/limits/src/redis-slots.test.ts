import { afterAll, describe, expect } from 'vitest';
import { RedisConnections } from '#redis';
import { eventually, redisUrlForTests } from '#testing';
import { RedisSlots } from './redis-slots.js';
import { conformsToSlots, LEASE_MS } from './slots.conformance.js';

const open: RedisConnections[] = [];

async function openSlots() {
  const connections = new RedisConnections(await redisUrlForTests(), crypto.randomUUID(), () => undefined);
  open.push(connections);
  await connections.waitUntilReady(10_000);
  return new RedisSlots(connections, LEASE_MS);
}

/** Lets the clock of Redis pass: leases are measured by it. */
async function pass(ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  await eventually(() => expect(performance.now()).toBeGreaterThanOrEqual(endsAt));
}

afterAll(() => open.forEach((connections) => connections.close()));

describe('RedisSlots', () => conformsToSlots(openSlots, pass));
