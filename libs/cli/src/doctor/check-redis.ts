import { probeRedis, type RedisFacts } from '#redis';
import { checkClock } from './check-clock.js';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

const OLDEST = '6.2';

/** Is Redis there, and does it keep what it is given? */
export async function checkRedis(url: string): Promise<Finding[]> {
  const found = new Findings('redis');
  try {
    return judgeRedis(found, await probeRedis(url));
  } catch (error) {
    const [text, fix] = absence(error);
    return found.problem(text, fix).list;
  }
}

export function judgeRedis(found: Findings, facts: RedisFacts): Finding[] {
  const { version, role, maxmemoryPolicy, appendonly, clock } = facts;
  if (isOlder(version, OLDEST))
    found.problem(
      `It is Redis ${version}; ${OLDEST} is the oldest that works`,
      `Install Redis ${OLDEST} or newer.`,
    );
  if (role !== 'master')
    found.problem(
      'It is a replica, which takes no writes',
      'Name the address of the primary in REDIS_URL, or make this one the primary: redis-cli REPLICAOF NO ONE',
    );
  if (maxmemoryPolicy !== undefined && maxmemoryPolicy !== 'noeviction')
    found.problem(
      `Its maxmemory-policy is ${maxmemoryPolicy}: when its memory is full it forgets messages of the schedule`,
      'redis-cli CONFIG SET maxmemory-policy noeviction, and the same line in redis.conf',
    );
  if (appendonly === 'no')
    found.warning(
      'It has appendonly no: a restart forgets the schedule, which is then rebuilt from the ledger',
      'redis-cli CONFIG SET appendonly yes, and the same line in redis.conf',
    );
  if (maxmemoryPolicy === undefined || appendonly === undefined)
    found.hint(
      'It does not tell its settings (CONFIG is forbidden)',
      'See in the console of the service that it has maxmemory-policy noeviction and appendonly yes.',
    );
  checkClock(found, 'Redis', clock);
  return found.orElse(`Redis ${version}, noeviction, appendonly`);
}

function absence(error: unknown): [text: string, fix: string] {
  const reason = reasonOf(error);
  if (/NOAUTH|Authentication required/i.test(reason))
    return ['It wants a password', 'Put it into the address: REDIS_URL=redis://:PASSWORD@HOST:6379'];
  if (/WRONGPASS|invalid password/i.test(reason))
    return [
      'It refuses the user or the password',
      'Correct them in REDIS_URL: redis://USER:PASSWORD@HOST:6379',
    ];
  return [
    `It does not answer: ${reason}`,
    'Start it, or correct REDIS_URL; without REDIS_URL the system needs no Redis.',
  ];
}

/** Whether a version comes before another one. */
export function isOlder(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((text) => text.split('.').map(Number));
  const at = b!.findIndex((part, i) => part !== (a![i] ?? 0));
  return at >= 0 && (a![at] ?? 0) < b![at]!;
}
