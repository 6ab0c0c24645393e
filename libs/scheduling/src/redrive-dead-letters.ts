import { type QueueSettings, type SchedulerSettings } from '#config';
import { AppError } from '#contracts';
import { type Redrives, type RedriveStep, type RunningRedrive } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type BringBack } from '#walk';
import { type Duty } from './leader.js';
import { hasRoomFor } from './redrive-room.js';

/** Redrives that advance in one tick, messages in one step, and steps of one redrive in one tick. */
const AT_ONCE = 50;
const BATCH = 500;
const STEPS = 20;

/** No new step is begun after this long: the lease must not run out meanwhile. */
const BUDGET_MS = 1_000;

/** Advances the running redrives, each at its rate; a band that is full makes them wait. */
export class RedriveDeadLetters implements Duty {
  readonly name = 'redrives';
  /** Rate that was not used is kept for this long, so that a slow tick costs no rate. */
  readonly #burstMs: number;

  constructor(
    private readonly redrives: Redrives,
    private readonly back: BringBack,
    private readonly jobs: JobQueue,
    private readonly queue: QueueSettings,
    scheduler: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#burstMs = Math.max(1_000, 2 * scheduler.value.tick);
  }

  async perform(): Promise<void> {
    const running = await this.redrives.running(AT_ONCE);
    this.metrics.redrivesRunning.set(running.length);
    if (running.length === 0) return;
    const endsAt = performance.now() + BUDGET_MS;
    const waiting = await this.jobs.waiting();
    const { bands } = this.queue.value;
    for (const redrive of running)
      if (hasRoomFor(redrive.filter, waiting, bands)) await this.#advance(redrive, endsAt);
  }

  retire(): void {
    this.metrics.redrivesRunning.set(0);
  }

  async #advance(redrive: RunningRedrive, endsAt: number): Promise<void> {
    try {
      let now = redrive;
      for (let i = 0; i < STEPS && now.state === 'running' && performance.now() < endsAt; i += 1) {
        const step = await this.redrives.step(now, BATCH, this.#burstMs);
        if (!step) return;
        await this.#finish(step);
        now = step.redrive;
      }
    } catch (error) {
      if (error instanceof AppError && error.retryable) throw error;
      await this.#giveUp(redrive, error);
    }
  }

  async #finish({ redrive, requeued }: RedriveStep): Promise<void> {
    this.metrics.deadLettersHandled.inc({ action: 'redriven' }, requeued.length);
    await this.back.reopen(requeued);
    await this.back.enqueue(requeued);
    if (redrive.state !== 'done') return;
    const { id, total, requeued: done, skipped } = redrive;
    this.log.info({ redrive: id, total, requeued: done, skipped }, 'redrive is done');
  }

  /** What is no outage would only happen again. */
  async #giveUp({ id }: RunningRedrive, err: unknown): Promise<void> {
    this.log.error({ err, redrive: id }, 'a redrive failed');
    await this.redrives.fail(id, 'Something went wrong inside; the log of the scheduler says what');
  }
}
