import { PRIORITIES, type LanePulse, type Priority } from '#contracts';
import { type Random } from '#testing';
import { type Timeline } from './timeline.js';
import { type Upstream } from './upstream.js';

interface Job {
  readonly priority: Priority;
  readonly arrivedAt: number;
  attempts: number;
}

/** As the product waits before it tries a message again, and as it leaves an upstream alone: twice as long each time. */
const RETRY_MS = 1_000;
const COOL_DOWN_MS = 500;
const LONGEST_MS = 60_000;

interface Worker {
  running: number;
  started: Record<Priority, number>;
  ended: number;
  busyMs: number;
  drops: number;
  pausedUntilMs: number;
  refusals: number;
}

const newWorker = (): Worker => ({
  running: 0,
  started: { realtime: 0, high: 0, normal: 0, low: 0 },
  ended: 0,
  busyMs: 0,
  drops: 0,
  pausedUntilMs: 0,
  refusals: 0,
});

/** One lane of the product: four bands, several worker processes, one budget of slots. */
export class SimulatedLane {
  slots: number;
  /** Of every message that was started, the time until its first start, with the time of its arrival. */
  readonly waits: { readonly arrivedAt: number; readonly waitMs: number }[] = [];
  drops = 0;
  served = 0;
  readonly #bands = new Map<Priority, Job[]>(PRIORITIES.map((priority) => [priority, []]));
  readonly #delayed = new Map<Priority, number>(PRIORITIES.map((priority) => [priority, 0]));
  readonly #workers: readonly Worker[];
  #next = 0;

  constructor(
    readonly name: string,
    readonly limit: number,
    readonly upstream: Upstream,
    private readonly timeline: Timeline,
    private readonly random: Random,
    processes: number,
  ) {
    this.slots = limit;
    this.#workers = Array.from({ length: processes }, newWorker);
  }

  get running(): number {
    return this.#workers.reduce((sum, { running }) => sum + running, 0);
  }

  arrive(priority: Priority): void {
    this.#bands.get(priority)!.push({ priority, arrivedAt: this.timeline.now, attempts: 0 });
    this.fill();
  }

  waiting(): Record<Priority, number> {
    const count = (priority: Priority) => this.#bands.get(priority)!.length + this.#delayed.get(priority)!;
    return { realtime: count('realtime'), high: count('high'), normal: count('normal'), low: count('low') };
  }

  pulse(process: number): LanePulse {
    const { refusals: _, ...counters } = this.#workers[process]!;
    return { ...counters, started: { ...counters.started }, limit: this.limit };
  }

  /** Starts messages while there are slots, the best band first. */
  fill(): void {
    while (this.running < this.slots && this.timeline.now >= this.#pausedUntilMs) {
      const band = PRIORITIES.map((priority) => this.#bands.get(priority)!).find((jobs) => jobs.length > 0);
      if (!band) return;
      this.#start(band.shift()!);
    }
  }

  #start(job: Job): void {
    if (job.attempts === 0)
      this.waits.push({ arrivedAt: job.arrivedAt, waitMs: this.timeline.now - job.arrivedAt });
    job.attempts += 1;
    const worker = this.#workers[(this.#next = (this.#next + 1) % this.#workers.length)]!;
    worker.running += 1;
    worker.started[job.priority] += 1;
    const startedAt = this.timeline.now;
    this.upstream.call((served) => {
      worker.running -= 1;
      worker.ended += 1;
      worker.busyMs += this.timeline.now - startedAt;
      if (served) this.#served(worker);
      else this.#turnedAway(job, worker);
      this.fill();
    });
  }

  #served(worker: Worker): void {
    this.served += 1;
    worker.refusals = 0;
  }

  #turnedAway(job: Job, worker: Worker): void {
    const { refusal } = this.upstream.traits;
    worker.drops += 1;
    this.drops += 1;
    if (refusal === 'overloaded') return this.#retryLater(job);
    const ms = typeof refusal === 'number' ? refusal : this.#coolDown(worker);
    worker.pausedUntilMs = Math.max(worker.pausedUntilMs, this.timeline.now + ms);
    this.timeline.after(ms, () => this.fill());
    this.#bands.get(job.priority)!.push(job);
  }

  /** Calls that were started before the pause and are turned away in it are the same no. */
  #coolDown(worker: Worker): number {
    const left = worker.pausedUntilMs - this.timeline.now;
    if (left > 0) return left;
    const most = Math.min(COOL_DOWN_MS * 2 ** worker.refusals, LONGEST_MS);
    worker.refusals += 1;
    return most * (0.5 + 0.5 * this.random.next());
  }

  #retryLater(job: Job): void {
    const longest = Math.min(RETRY_MS * 2 ** (job.attempts - 1), LONGEST_MS);
    this.#delayed.set(job.priority, this.#delayed.get(job.priority)! + 1);
    this.timeline.after(longest * this.random.next(), () => {
      this.#delayed.set(job.priority, this.#delayed.get(job.priority)! - 1);
      this.#bands.get(job.priority)!.push(job);
      this.fill();
    });
  }

  get #pausedUntilMs(): number {
    return Math.max(...this.#workers.map(({ pausedUntilMs }) => pausedUntilMs));
  }
}
