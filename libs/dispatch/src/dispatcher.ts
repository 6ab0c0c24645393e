import { setTimeout as delay } from 'node:timers/promises';
import { type QueueSettings, type WorkerSettings } from '#config';
import { type Slots } from '#limits';
import { type Log, type Metrics } from '#observability';
import { type ActiveProvider } from '#providers';
import { type JobQueue, type Ready, type TakenJob } from '#queue';
import { type Outcome, type RunMessage, type RunningMessages } from '#walk';
import { BandPicker, totalOf } from './band-picker.js';
import { type Holding, type LeaseKeeper, UPSTREAM } from './lease-keeper.js';
import { PulseMeter } from './pulse-meter.js';

/** Jobs taken in one step: enough to fill up fast, few enough that a realtime message is not kept waiting. */
const STEP = 16;

/** After an error of the schedule. */
const PAUSE_MS = 500;

/** A process that is told to end waits this long for a schedule that is away; locks and slots then run out. */
const LAST_PATIENCE_MS = 1_000;

/**
 * Starts messages. First it wins a slot on the upstream, then it takes the best job of that moment: so a job never
 * waits in a worker's hands, and what is started is always the best over all bands and processes.
 */
export class Dispatcher {
  readonly #picker = new BandPicker();
  readonly #walks = new Set<Promise<Outcome>>();
  readonly #runs = new Set<Promise<void>>();
  readonly meter = new PulseMeter();
  #stopping = false;
  #loop: Promise<void> | undefined;
  #ring: () => void = () => undefined;
  #rung = false;
  #offBell: () => void = () => undefined;

  constructor(
    private readonly queue: JobQueue,
    private readonly slots: Slots,
    private readonly walk: RunMessage,
    private readonly keeper: LeaseKeeper,
    private readonly running: RunningMessages,
    private readonly active: ActiveProvider,
    private readonly settings: { queue: QueueSettings; workers: WorkerSettings },
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.#offBell = this.queue.onBell(() => this.#wake());
    this.keeper.start();
    await this.queue.startRecovery();
    this.#loop = this.#run();
  }

  /** Takes nothing new, lets what runs go on for `drain_timeout`, then hands it back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#offBell();
    this.#wake();
    await atMost(LAST_PATIENCE_MS, this.#loop);
    const timer = setTimeout(
      () => this.running.stopAll('draining'),
      this.settings.workers.value.drain_timeout,
    );
    await Promise.allSettled(this.#walks);
    clearTimeout(timer);
    await atMost(LAST_PATIENCE_MS, Promise.all(this.#runs));
    await atMost(LAST_PATIENCE_MS, this.keeper.stop());
  }

  get runningCount(): number {
    return this.#runs.size;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const waitMs = await this.#fill();
        if (waitMs > 0) await this.#sleep(waitMs);
      } catch (err) {
        this.log.warn({ err }, 'the schedule is away; dispatching goes on when it is back');
        await this.#sleep(PAUSE_MS, 'whatever rings');
      }
    }
  }

  /** One step; answers how long to wait for a ring before the next one, 0: not at all. */
  async #fill(): Promise<number> {
    const { safety_tick } = this.settings.queue.value;
    const room = Math.min(STEP, this.settings.workers.value.concurrency - this.#runs.size);
    if (room <= 0) return safety_tick;
    const ready = await this.queue.ready();
    if (this.#stopping) return 0;
    const wanted = Math.min(room, totalOf(ready.counts));
    if (wanted === 0) return Math.max(1, Math.min(safety_tick, ready.nextDueMs ?? safety_tick));
    const slots = await this.#acquire(wanted);
    if (slots.length === 0) return safety_tick;
    const started = await this.#start(slots, ready);
    return started === 0 ? safety_tick : 0;
  }

  #acquire(wanted: number): Promise<string[]> {
    const tokens = Array.from({ length: wanted }, () => crypto.randomUUID());
    return this.slots.acquire(UPSTREAM, this.active.provider.maxConcurrency, tokens);
  }

  /** Takes the best jobs for these slots; slots for which there was no job after all go back. */
  async #start(slots: readonly string[], ready: Ready): Promise<number> {
    const bands = this.#picker.pick(ready.counts, slots.length);
    const taken = await Promise.allSettled(bands.map((band) => this.queue.take(band)));
    const jobs = taken.flatMap((result) =>
      result.status === 'fulfilled' && result.value ? [result.value] : [],
    );
    jobs.forEach((job, i) => this.#launch({ job, slot: slots[i]! }));
    await this.slots.release(UPSTREAM, slots.slice(jobs.length));
    const failed = taken.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return jobs.length;
  }

  #launch(holding: Holding): void {
    this.keeper.hold(holding);
    const run = this.#runOne(holding).finally(() => {
      this.#runs.delete(run);
      this.metrics.running.set(this.#runs.size);
      this.#wake();
    });
    this.#runs.add(run);
    this.metrics.running.set(this.#runs.size);
  }

  /** Never throws: what breaks here is a bug or a schedule that is away, and the job's lock runs out. */
  async #runOne(holding: Holding): Promise<void> {
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
      if (await this.slots.release(UPSTREAM, [slot])) this.queue.ring();
    } catch (err) {
      this.log.warn({ err }, 'a slot was not given back; its lease runs out');
    }
  }

  #wake(): void {
    this.#rung = true;
    this.#ring();
  }

  /** Until a ring, also one that came since the last sleep, or the time is over. */
  async #sleep(ms: number, mode?: 'whatever rings'): Promise<void> {
    if ((this.#rung && !mode) || this.#stopping) {
      this.#rung = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#ring = () => {
        if (mode && !this.#stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#rung = false;
    this.#ring = () => undefined;
  }
}

async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([work, delay(ms, undefined, { ref: false })]);
}
