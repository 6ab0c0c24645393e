import { setTimeout as delay } from 'node:timers/promises';
import { type QueueSettings, type WorkerSettings } from '#config';
import { type Log } from '#observability';
import { type JobQueue, type Ready } from '#queue';
import { atMost } from '#runtime';
import { Alarm } from './alarm.js';
import { BandPicker, totalOf } from './band-picker.js';
import { type Runs } from './runs.js';
import { type UpstreamSlots } from './upstream-slots.js';

/** Jobs taken in one step: enough to fill up fast, few enough that a realtime message is not kept waiting. */
const STEP = 16;

/** After an error of the schedule. */
const PAUSE_MS = 500;

/** A loop that hangs in a schedule that is away is waited for this long at the end. */
const LAST_PATIENCE_MS = 1_000;

/**
 * Starts messages. First it wins a slot on the upstream, then it takes the best job of that moment: so a job never
 * waits in a worker's hands, and what is started is always the best over all bands and processes.
 */
export class Dispatcher {
  readonly #picker = new BandPicker();
  readonly #alarm = new Alarm();
  readonly #ended = new AbortController();
  #loop: Promise<void> | undefined;
  #offBell: () => void = () => undefined;

  constructor(
    private readonly queue: JobQueue,
    private readonly upstream: UpstreamSlots,
    private readonly runs: Runs,
    private readonly queueSettings: QueueSettings,
    private readonly workerSettings: WorkerSettings,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.#offBell = this.queue.onBell(() => this.#alarm.ring());
    await this.queue.startRecovery();
    this.#loop = this.#run();
  }

  /** Takes nothing new, lets what runs go on for `drain_timeout`, then hands it back. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#offBell();
    this.#alarm.ring();
    await atMost(LAST_PATIENCE_MS, this.#loop);
    await this.runs.drain(this.workerSettings.value.drain_timeout);
  }

  get #stopping(): boolean {
    return this.#ended.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const waitMs = await this.#fill();
        if (waitMs > 0 && !this.#stopping) await this.#alarm.sleep(waitMs);
      } catch (err) {
        this.log.warn({ err }, 'the schedule is away; dispatching goes on when it is back');
        // Whatever rings: each run that ends would only ask again.
        await delay(PAUSE_MS, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    }
  }

  /** One step; answers how long to wait for a ring before the next one, 0: not at all. */
  async #fill(): Promise<number> {
    const { safety_tick } = this.queueSettings.value;
    const room = Math.min(STEP, this.workerSettings.value.concurrency - this.runs.size);
    if (room <= 0) return safety_tick;
    const ready = await this.queue.ready();
    if (this.#stopping) return 0;
    const wanted = Math.min(room, totalOf(ready.counts));
    if (wanted === 0) return Math.max(1, Math.min(safety_tick, ready.nextDueMs ?? safety_tick));
    const slots = await this.upstream.win(wanted);
    if (slots.length === 0) return safety_tick;
    const started = await this.#start(slots, ready);
    return started === 0 ? safety_tick : 0;
  }

  /** Takes the best jobs for these slots; slots for which there was no job after all go back. */
  async #start(slots: readonly string[], ready: Ready): Promise<number> {
    const bands = this.#picker.pick(ready.counts, slots.length);
    const taken = await Promise.allSettled(bands.map((band) => this.queue.take(band)));
    const jobs = taken.flatMap((result) =>
      result.status === 'fulfilled' && result.value ? [result.value] : [],
    );
    jobs.forEach((job, i) => this.runs.launch({ job, slot: slots[i]! }, () => this.#alarm.ring()));
    await this.upstream.giveBack(slots.slice(jobs.length));
    const failed = taken.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return jobs.length;
  }
}
