import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig, SchedulerSettings, WorkerSettings } from '#config';
import { type ConcurrencyPlan, type WorkerPulse } from '#contracts';
import { type ControlBus } from '#control';
import { type Database, migrate, openDataSource, openEmbedded } from '#database';
import { Facts, LEDGER_SCHEMA } from '#ledger';
import { Metrics } from '#observability';
import { changed, PlanFacts } from '#planning';
import { ManualClock } from '#testing';
import { type OpenBacklog } from './open-backlog.js';
import { PlanConcurrency } from './plan-concurrency.js';

const NONE = { realtime: 0, high: 0, normal: 0, low: 0 };

let folder: string;
let database: Database;
let facts: PlanFacts;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llmq-plan-'));
  database = await openEmbedded(folder);
  const source = await openDataSource(database, LEDGER_SCHEMA);
  await migrate(database, source);
  await source.destroy();
  facts = new PlanFacts(new Facts(database));
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM facts');
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** A fleet with a clock of its own: one lane in which ten messages of two seconds each run every second. */
class Fleet {
  readonly clock = new ManualClock();
  readonly plans: ConcurrencyPlan[] = [];
  readonly schedulers: PlanConcurrency[] = [];
  readonly metrics: Metrics[] = [];
  backlog = 0;
  drops = 0;
  #ended = 0;

  addScheduler(): PlanConcurrency {
    const config = loadConfig({ env: { SCHEDULER_STANDBY_SLOTS: '5' } });
    const metrics = new Metrics();
    const backlog = { waiting: () => Promise.resolve({ openai: { ...NONE, normal: this.backlog } }) };
    const bus = { publish: (_: string, plan: ConcurrencyPlan) => this.plans.push(plan) };
    const scheduler = new PlanConcurrency(
      backlog as Partial<OpenBacklog> as OpenBacklog,
      facts,
      bus as Partial<ControlBus> as ControlBus,
      new SchedulerSettings(config.scheduler),
      new WorkerSettings({ ...config.workers, concurrency: 10 }),
      metrics,
      this.clock,
    );
    this.schedulers.push(scheduler);
    this.metrics.push(metrics);
    return scheduler;
  }

  /** One second in which every scheduler hears the worker and one of them leads. */
  async second(leader: PlanConcurrency | undefined): Promise<void> {
    this.clock.advance(1_000);
    this.#ended += 10;
    for (const scheduler of this.schedulers) scheduler.observe(this.#pulse());
    await leader?.perform();
  }

  async seconds(count: number, leader: PlanConcurrency | undefined): Promise<void> {
    for (let i = 0; i < count; i += 1) await this.second(leader);
  }

  get slots(): number | undefined {
    return this.plans.at(-1)?.slots['openai'];
  }

  #pulse(): WorkerPulse {
    const lane = { running: 20, started: NONE, limit: 100, drops: this.drops, pausedUntilMs: 0 };
    return {
      processId: 'worker',
      lanes: { openai: { ...lane, ended: this.#ended, busyMs: 2_000 * this.#ended } },
    };
  }
}

describe('PlanConcurrency', () => {
  test('tells the plan on every tick, and writes it when it changed or five seconds have passed', async () => {
    const fleet = new Fleet();
    const leader = fleet.addScheduler();
    await fleet.seconds(120, leader);
    expect(fleet.plans).toHaveLength(120);
    const writes = new Set<number>();
    for (let i = 0; i < 20; i += 1) {
      await fleet.second(leader);
      writes.add((await facts.readState()).atMs);
    }
    expect(writes.size).toBeGreaterThanOrEqual(4);
    expect(writes.size).toBeLessThanOrEqual(5);
    fleet.backlog = 300;
    await fleet.second(leader);
    expect(await facts.readState()).toMatchObject({
      version: fleet.plans.at(-1)!.version,
      atMs: fleet.clock.now(),
    });
  });

  test('another leader goes on where the last one was, whatever it heard while it followed', async () => {
    const fleet = new Fleet();
    const [first, second] = [fleet.addScheduler(), fleet.addScheduler()];
    await fleet.seconds(290, first);
    fleet.drops = 40;
    await fleet.seconds(3, first);
    const { ceiling, flow } = (await facts.readState()).lanes['openai']!.state;
    expect(ceiling.value).not.toBeNull();
    const { version } = fleet.plans.at(-1)!;
    const { slots } = fleet;
    await fleet.seconds(6, undefined);
    await fleet.second(second);
    const { state } = (await facts.readState()).lanes['openai']!;
    expect(state.ceiling.value).toBeGreaterThanOrEqual(ceiling.value!);
    expect(fleet.slots).toBeGreaterThanOrEqual(slots!);
    expect(fleet.plans.at(-1)!.version).toBeGreaterThanOrEqual(version);
    expect(state.flow.arrivals).toBeCloseTo(flow.arrivals, 1);
  });

  test('obeys the orders of operators from the next tick on', async () => {
    const fleet = new Fleet();
    const leader = fleet.addScheduler();
    await fleet.seconds(3, leader);
    await facts.changeOrders((before) =>
      changed(before, { slots: { openai: 3 }, forMs: 5_000 }, fleet.clock.now()),
    );
    await fleet.second(leader);
    expect(fleet.slots).toBe(3);
    await fleet.seconds(5, leader);
    expect(fleet.slots).toBeGreaterThan(3);
  });

  test('only the leader tells an autoscaler what is wanted', async () => {
    const fleet = new Fleet();
    const leader = fleet.addScheduler();
    await fleet.seconds(60, leader);
    const shown = async () => (await fleet.metrics[0]!.text()).match(/^llm_scheduler_(?!plan_).*$/gm);
    expect(await shown()).toEqual([
      `llm_scheduler_desired_slots{lane="openai"} ${fleet.slots}`,
      'llm_scheduler_ceiling{lane="openai"} 100',
      `llm_scheduler_desired_workers ${Math.ceil(fleet.slots! / 10)}`,
    ]);
    leader.retire();
    expect(await shown()).toEqual(['llm_scheduler_desired_workers 0']);
  });
});
