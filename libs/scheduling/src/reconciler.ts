import { type SchedulerSettings } from '#config';
import { type ScheduleLedger } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type Enqueuer } from '#walk';
import { type Duty } from './leader.js';

/** Messages in one batch, and most batches in one tick: the lease must not run out meanwhile. */
const BATCH = 1_000;
const ROUNDS = 10;

/**
 * Keeps the schedule true to the ledger: brings in what was committed but never enqueued, and what a dead worker left
 * behind. Adding a message twice does no harm.
 */
export class Reconciler implements Duty {
  readonly name = 'reconciler';

  constructor(
    private readonly ledger: ScheduleLedger,
    private readonly enqueuer: Enqueuer,
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) if (!(await this.#bring())) return;
  }

  /** One batch; whether there may be more. */
  async #bring(): Promise<boolean> {
    const messages = await this.ledger.unscheduled(this.settings.value.reconcile_after, BATCH);
    if (messages.length === 0) return false;
    await this.enqueuer.enqueue(messages);
    for (const { reason } of messages) this.metrics.reconciled.inc({ reason });
    this.log.info({ messages: messages.length }, 'brought messages into the schedule');
    return messages.length >= BATCH;
  }
}
