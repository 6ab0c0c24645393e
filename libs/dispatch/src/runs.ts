import { type Log, type Metrics } from '#observability';
import { type JobQueue, type TakenJob } from '#queue';
import { atMost } from '#runtime';
import { type Outcome, type RunMessage } from '#walk';
import { type Holding, type LeaseKeeper } from './lease-keeper.js';
import { PulseMeter } from './pulse-meter.js';
import { type UpstreamSlots } from './upstream-slots.js';

/** A process that is told to end waits this long for a schedule that is away; locks and slots then run out. */
const LAST_PATIENCE_MS = 1_000;

/** The messages that run in this process, from the job that was taken to the slot that is given back. */
export class Runs {
  /** How long runs take. */
  readonly meter = new PulseMeter();
  readonly #walks = new Set<Promise<Outcome>>();
  readonly #runs = new Set<Promise<void>>();

  constructor(
    private readonly walk: RunMessage,
    private readonly queue: JobQueue,
    private readonly keeper: LeaseKeeper,
    private readonly upstream: UpstreamSlots,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  get size(): number {
    return this.#runs.size;
  }

  /** Runs the message of a job; `onEnd` is called when its slot is free again. */
  launch(holding: Holding, onEnd: () => void): void {
    this.keeper.hold(holding);
    const run = this.#run(holding).finally(() => {
      this.#runs.delete(run);
      this.metrics.running.set(this.#runs.size);
      onEnd();
    });
    this.#runs.add(run);
    this.metrics.running.set(this.#runs.size);
  }

  /** Lets what runs go on for `patienceMs`, then hands it back. */
  async drain(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.keeper.handAllBack(), patienceMs);
    await Promise.allSettled(this.#walks);
    clearTimeout(timer);
    await atMost(LAST_PATIENCE_MS, Promise.all(this.#runs));
  }

  /** Never throws: what breaks here is a bug or a schedule that is away, and the job's lock runs out. */
  async #run(holding: Holding): Promise<void> {
    const { job, slot } = holding;
    const startedAt = performance.now();
    try {
      await this.#settle(job, await this.#walk(job.messageId));
    } catch (err) {
      this.log.error({ err, message_id: job.messageId }, 'a job was not settled; its lock runs out');
    }
    this.meter.record(performance.now() - startedAt);
    this.keeper.drop(holding);
    await this.#giveBack(slot);
  }

  async #walk(messageId: string): Promise<Outcome> {
    const walk = this.walk.run(messageId);
    this.#walks.add(walk);
    try {
      return await walk;
    } finally {
      this.#walks.delete(walk);
    }
  }

  async #settle(job: TakenJob, outcome: Outcome): Promise<void> {
    if (outcome === 'done') await this.queue.complete(job);
    else if (outcome === 'put-back') await this.queue.putBack(job);
    else if (outcome !== 'lost') await this.queue.delay(job, outcome.againInMs);
  }

  async #giveBack(slot: string): Promise<void> {
    try {
      if (await this.upstream.giveBack([slot])) this.queue.ring();
    } catch (err) {
      this.log.warn({ err }, 'a slot was not given back; its lease runs out');
    }
  }
}
