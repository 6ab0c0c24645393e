import { type SchedulerSettings } from '#config';
import { type Facts, type MessageLedger } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type Enqueuer } from '#walk';
import { type Duty } from './leader.js';

const GENERATION = 'queue_generation';

/** Messages in one batch, and most batches in one tick: the lease must not run out meanwhile. */
const BATCH = 1_000;
const ROUNDS = 10;

/**
 * Keeps the schedule true to the ledger: brings in what was committed but never enqueued, what a dead worker left
 * behind, and everything when the schedule has lost its data. Adding a message twice does no harm.
 */
export class Reconciler implements Duty {
  readonly name = 'reconciler';

  constructor(
    private readonly ledger: MessageLedger,
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly facts: Facts,
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    await this.#noticeLoss();
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

  /** The schedule says which generation it is; another one than the last time has forgotten everything. */
  async #noticeLoss(): Promise<void> {
    const generation = await this.queue.generation();
    const known = await this.facts.read(GENERATION);
    if (generation === known) return;
    const forgotten = known === undefined ? 0 : await this.ledger.forgetEnqueued();
    await this.facts.write(GENERATION, generation);
    if (known !== undefined)
      this.log.warn({ messages: forgotten }, 'the schedule lost its data; it is rebuilt from the ledger');
  }
}
