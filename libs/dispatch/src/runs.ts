import { type Log, type Metrics } from '#observability';
import { type JobQueue, type TakenJob } from '#queue';
import { atMost } from '#runtime';
import { isSaturated, NotCalled, type OnCallEnd, type Outcome, type RunMessage } from '#walk';
import { type Lanes } from './lanes.js';
import { type Holding, type LeaseKeeper } from './lease-keeper.js';
import { type Permit, type PutOff, type Ran, type RunLimits } from './run-limits.js';

/** A process that is told to end waits this long for a schedule that is away; locks and slots then run out. */
const LAST_PATIENCE_MS = 1_000;

/** The messages that run in this process, from the job that was taken to the job that is settled. */
export class Runs {
  readonly #walks = new Set<Promise<Outcome>>();
  readonly #runs = new Set<Promise<void>>();

  constructor(
    private readonly walk: RunMessage,
    private readonly limits: RunLimits,
    private readonly queue: JobQueue,
    private readonly keeper: LeaseKeeper,
    private readonly lanes: Lanes,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  get size(): number {
    return this.#runs.size;
  }

  /** Runs the message of a job; `onEnd` is called when there is room for another one. */
  launch(holding: Holding, onEnd: () => void): void {
    this.keeper.hold(holding);
    const run = this.#run(holding, onEnd).finally(() => {
      this.#runs.delete(run);
      this.metrics.active.set(this.#runs.size);
      onEnd();
    });
    this.#runs.add(run);
    this.metrics.active.set(this.#runs.size);
  }

  /** Lets what runs go on for `patienceMs`, then hands it back. */
  async drain(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.keeper.handAllBack(), patienceMs);
    await Promise.allSettled(this.#walks);
    clearTimeout(timer);
    await atMost(LAST_PATIENCE_MS, Promise.all(this.#runs));
  }

  /** Never throws: what breaks here is a bug or a schedule that is away, and the job's lock runs out. */
  async #run(holding: Holding, onFree: () => void): Promise<void> {
    const { messageId } = holding.job;
    try {
      const entry = await this.limits.enter(holding.job);
      await (entry.granted ? this.#perform(holding, entry, onFree) : this.#putOff(holding, entry, onFree));
    } catch (err) {
      this.log.error({ err, message_id: messageId }, 'a job was not settled; its lock runs out');
    }
    this.keeper.drop(holding);
  }

  async #perform(holding: Holding, permit: Permit, onFree: () => void): Promise<void> {
    const { job } = holding;
    const freeSlot = this.#slotOf(holding, onFree);
    let ran: Ran = { called: false, usage: undefined };
    const onCallEnd: OnCallEnd = (error, called, usage) => {
      ran = { called, usage };
      void this.#learn(job.lane, error, called).finally(() => freeSlot(called));
    };
    try {
      await this.#settle(job, await this.#walk(job, onCallEnd));
    } finally {
      freeSlot();
      await permit.leave(ran);
    }
  }

  /** The slot is free for another message at once. */
  async #putOff(holding: Holding, putOff: PutOff, onFree: () => void): Promise<void> {
    this.keeper.dropSlot(holding);
    void this.#giveBack(holding).finally(onFree);
    await this.queue.delay(holding.job, putOff.againInMs);
    await putOff.away();
  }

  /** Gives the slot back, once: as soon as the call has ended, while what it said is still being stored. */
  #slotOf(holding: Holding, onFree: () => void): (called?: boolean) => void {
    const { meter, pace } = this.lanes.of(holding.job.lane);
    const startedAt = performance.now();
    let held = true;
    meter.start(holding.job.priority);
    return (called = true) => {
      if (!held) return;
      held = false;
      const heldMs = performance.now() - startedAt;
      meter.end(heldMs);
      if (called) pace.observe(heldMs);
      this.keeper.dropSlot(holding);
      void this.#giveBack(holding).finally(onFree);
    };
  }

  /**
   * Before the slot is free: nobody may win it for an upstream that has just turned a call away, or that cannot even be
   * called. Where no call was wanted there is nothing to learn.
   */
  async #learn(lane: string, error: unknown, called: boolean): Promise<void> {
    if (!called && !(error instanceof NotCalled)) return;
    if (error === undefined) return this.lanes.of(lane).coolDown.wentThrough();
    if (!isSaturated(error)) return;
    try {
      await this.lanes.pause(lane, error, !(error instanceof NotCalled));
    } catch (err) {
      this.log.warn({ err, lane }, 'the lane could not be paused');
    }
  }

  async #walk({ messageId, lane }: TakenJob, onCallEnd: OnCallEnd): Promise<Outcome> {
    const walk = this.walk.run(messageId, lane, onCallEnd);
    this.#walks.add(walk);
    try {
      return await walk;
    } finally {
      this.#walks.delete(walk);
    }
  }

  async #settle(job: TakenJob, outcome: Outcome): Promise<void> {
    if (outcome === 'lost') return;
    if (outcome === 'done') return this.queue.complete(job);
    if (outcome === 'put-back') return this.queue.putBack(job);
    if (outcome.overloaded) this.lanes.of(job.lane).meter.drop();
    return this.queue.delay(job, outcome.againInMs);
  }

  async #giveBack({ job, slot }: Holding): Promise<void> {
    try {
      if (await this.lanes.giveBack(job.lane, [slot])) this.queue.ring();
    } catch (err) {
      this.log.warn({ err }, 'a slot was not given back; its lease runs out');
    }
  }
}
