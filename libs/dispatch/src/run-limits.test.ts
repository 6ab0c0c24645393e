import { describe, expect, test } from 'vitest';
import { type Catalogs, type TaskTypeLimits } from '#catalog';
import { loadConfig, QueueSettings, TenantSettings } from '#config';
import { MemoryConcurrency, MemoryRates } from '#limits';
import { createLogger, Metrics } from '#observability';
import { type JobQueue, type TakenJob } from '#queue';
import { ManualClock } from '#testing';
import { type Permit, type PutOff, RunLimits } from './run-limits.js';

const TYPES: Readonly<Record<string, TaskTypeLimits>> = {
  alone: { concurrency: 1 },
  rare: { requestsPerMinute: 2 },
};
const RAN = { called: true, usage: undefined };

function setup(env: Readonly<Record<string, string>> = { QUEUE_TENANT_CONCURRENCY: '1' }) {
  const config = loadConfig({ env });
  const clock = new ManualClock();
  const hastened: string[] = [];
  const queue = {
    hasten: (ref: string) => {
      hastened.push(ref);
      return Promise.resolve(!ref.startsWith('gone'));
    },
  } as unknown as JobQueue;
  const catalogs = {
    now: { taskType: (name: string) => ({ limits: TYPES[name] ?? {} }) },
  } as unknown as Catalogs;
  const limits = new RunLimits(
    new MemoryConcurrency(30_000, clock, 'p1'),
    new MemoryRates(clock),
    queue,
    catalogs,
    new TenantSettings(config.tenants),
    new QueueSettings(config.queue),
    new Metrics(),
    createLogger('silent', 'test'),
  );
  let made = 0;
  const job = (ref: string, tenantId: string, taskType: string | null = null): TakenJob => ({
    messageId: ref,
    lane: 'l',
    priority: 'normal',
    token: ref,
    sinceMs: (made += 1),
    ref,
    origin: { tenantId, userId: 'u', taskType, tokens: 10 },
  });
  const enter = async (one: TakenJob): Promise<Permit> => {
    const entry = await limits.enter(one);
    if (!entry.granted) throw new Error('it was put off');
    return entry;
  };
  const refuse = async (one: TakenJob): Promise<PutOff> => {
    const entry = await limits.enter(one);
    if (entry.granted) throw new Error('it may run');
    await entry.away();
    return entry;
  };
  return { limits, job, enter, refuse, hastened };
}

describe('RunLimits', () => {
  test('let everything through where there are none, and jobs that say nothing of themselves', async () => {
    const { job, enter } = setup({});
    for (let i = 0; i < 100; i += 1) await enter(job(`${i}`, 'acme'));
    const { enter: bounded, job: jobOf } = setup();
    for (let i = 0; i < 3; i += 1) await bounded({ ...jobOf(`${i}`, 'acme'), origin: undefined });
  });

  test('call who waits when a place is free, the oldest first', async () => {
    const { job, enter, refuse, hastened } = setup();
    const permit = await enter(job('first', 'acme'));
    const [older, newer] = [job('older', 'acme'), job('newer', 'acme')];
    await refuse(newer);
    await refuse(older);
    await enter(job('of another tenant', 'umbrella'));
    await permit.leave(RAN);
    expect(hastened).toEqual(['older']);
    await (await enter(older)).leave(RAN);
    expect(hastened).toEqual(['older', 'newer']);
  });

  test('call the next one where who comes next is gone, or cannot take the place', async () => {
    const { job, enter, refuse, hastened } = setup();
    const permit = await enter(job('first', 'acme'));
    const typed = await enter(job('of the type', 'umbrella', 'alone'));
    const waiting = [job('gone', 'acme'), job('typed', 'acme', 'alone'), job('plain', 'acme')];
    for (const one of waiting) await refuse(one);
    await permit.leave(RAN);
    expect(hastened).toEqual(['gone', 'typed']);
    await refuse(waiting[1]!);
    expect(hastened).toEqual(['gone', 'typed', 'plain']);
    await enter(waiting[2]!);
    await typed.leave(RAN);
    expect(hastened.at(-1)).toBe('typed');
  });

  test('do not miss a place that was freed before the job was out of sight', async () => {
    const { job, enter, hastened, limits } = setup();
    const permit = await enter(job('first', 'acme'));
    const late = job('late', 'acme');
    const entry = await limits.enter(late);
    await permit.leave(RAN);
    expect(hastened).toEqual([]);
    await (entry as PutOff).away();
    expect(hastened).toEqual(['late']);
  });

  test('spread what a rate refuses, and give back what was not called', async () => {
    const { job, enter, refuse } = setup({});
    const [first] = [await enter(job('1', 'acme', 'rare')), await enter(job('2', 'acme', 'rare'))];
    const waits = [await refuse(job('3', 'acme', 'rare')), await refuse(job('4', 'acme', 'rare'))];
    expect(waits[1]!.againInMs - waits[0]!.againInMs).toBeGreaterThanOrEqual(29_000);
    await first.leave({ called: false, usage: undefined });
    await enter(job('5', 'acme', 'rare'));
  });
});
