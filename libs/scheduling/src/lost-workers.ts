import { type ProviderLanes } from '#catalog';
import { type QueueSettings, type SchedulerSettings } from '#config';
import { type WorkerProcesses } from '#ledger';
import { type Concurrency, type Slots } from '#limits';
import { type Log, type Metrics } from '#observability';
import { type Enqueuer } from '#walk';
import { type Duty } from './leader.js';
import { Silence } from './silence.js';

/** Messages of one dead worker that are given to others in one step. */
const BATCH = 1_000;

/**
 * Gives what a silent worker runs to others: its leases end, its messages get new jobs, its slots are free. Should the
 * worker live after all, each of its messages is fenced by the next claim.
 */
export class LostWorkers implements Duty {
  readonly name = 'lost workers';
  readonly #silence: Silence;

  constructor(
    private readonly processes: WorkerProcesses,
    private readonly enqueuer: Enqueuer,
    private readonly slots: Slots,
    private readonly concurrency: Concurrency,
    private readonly providers: ProviderLanes,
    queue: QueueSettings,
    scheduler: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const { heartbeat, heartbeat_timeout } = queue.value;
    this.#silence = new Silence(
      heartbeat_timeout,
      Math.max(heartbeat_timeout / 2, 2 * scheduler.value.tick + heartbeat),
    );
  }

  async perform(): Promise<void> {
    const silent = this.#silence.observe(await this.processes.beats(), performance.now());
    for (const id of silent) await this.#bury(id);
  }

  /** Forgotten last of all: whatever fails before that is done again on the next tick. */
  async #bury(id: string): Promise<void> {
    let messages = 0;
    for (let more = true; more;) {
      const taken = await this.processes.endLeases(id, BATCH);
      await this.enqueuer.enqueue(taken);
      messages += taken.length;
      more = taken.length === BATCH;
    }
    const slots = await Promise.all(this.providers.lanes.map((lane) => this.slots.sweep(lane, id)));
    await this.concurrency.sweep(id);
    await this.processes.forget(id);
    this.metrics.reconciled.inc({ reason: 'worker_lost' }, messages);
    const swept = slots.reduce((sum, count) => sum + count, 0);
    this.log.warn({ worker: id, messages, slots: swept }, 'a worker is silent; others take over what it ran');
  }
}
