import { type Job } from 'bullmq';
import { PRIORITIES, type Priority } from '#contracts';
import { withDeadline } from '#runtime';
import { type BullBackend, type BullQueue, type BullWorker, type WorkerTiming } from './bull-backend.js';
import { type Doorbell } from './doorbell.js';
import { type Counts, JobQueue, type JobToAdd, type Ready, type TakenJob } from './job-queue.js';

type TakenBullJob = TakenJob & { readonly job: Job };

/** A schedule that takes longer than this for one group of jobs is away. */
const ADD_TIMEOUT_MS = 5_000;

/** Ended jobs leave BullMQ at once: the ledger remembers them. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** The four bands as four queues of BullMQ, fetched by hand so that a dispatcher chooses among them. */
export class BullJobQueue extends JobQueue {
  readonly #queues = new Map<Priority, BullQueue>();
  readonly #workers = new Map<Priority, BullWorker>();
  readonly #worker = crypto.randomUUID();
  #taken = 0;

  constructor(
    private readonly backend: BullBackend,
    private readonly doorbell: Doorbell,
    private readonly timing: WorkerTiming,
    private readonly onError: (error: Error) => void,
  ) {
    super();
  }

  /**
   * Opens the queues while the store is known to be there: one of BullMQ that is opened while its Redis is away hangs
   * in its first call, also when Redis is back.
   */
  async open(): Promise<void> {
    await Promise.all(PRIORITIES.map((priority) => this.#queueOf(priority).waitUntilReady()));
  }

  async add(jobs: readonly JobToAdd[]): Promise<void> {
    const adds = Promise.all(PRIORITIES.map((priority) => this.#addTo(priority, jobs)));
    await withDeadline(adds, ADD_TIMEOUT_MS, 'redis_unavailable', 'The schedule');
    this.doorbell.ring();
  }

  ready(): Promise<Ready> {
    return this.backend.ready();
  }

  async take(priority: Priority): Promise<TakenJob | undefined> {
    const token = `${this.#worker}:${(this.#taken += 1)}`;
    const job = await this.#workerOf(priority).getNextJob(token, { block: false });
    if (!job) return undefined;
    const taken: TakenBullJob = { messageId: job.id!, priority, token, job };
    return taken;
  }

  async complete(taken: TakenJob): Promise<void> {
    await bull(taken).moveToCompleted(null, taken.token, false);
  }

  async delay(taken: TakenJob, delayMs: number): Promise<void> {
    await bull(taken).moveToDelayed(Date.now() + delayMs, taken.token);
  }

  async putBack(taken: TakenJob): Promise<void> {
    await bull(taken).moveToWait(taken.token);
    this.doorbell.ring();
  }

  async extend(jobs: readonly TakenJob[]): Promise<TakenJob[]> {
    const lost = await Promise.all(PRIORITIES.map((priority) => this.#extendIn(priority, jobs)));
    return lost.flat();
  }

  async remove(messageId: string, priority: Priority): Promise<void> {
    await this.#queueOf(priority).remove(messageId);
  }

  waiting(): Promise<Counts> {
    return this.backend.waiting();
  }

  generation(): Promise<string> {
    return this.backend.generation();
  }

  async startRecovery(): Promise<void> {
    await Promise.all(PRIORITIES.map((priority) => this.#workerOf(priority).startStalledCheckTimer()));
  }

  onBell(listener: () => void): () => void {
    return this.doorbell.onRing(listener);
  }

  ring(): void {
    this.doorbell.ring();
  }

  async close(): Promise<void> {
    this.doorbell.close();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close(true)));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #addTo(priority: Priority, jobs: readonly JobToAdd[]): Promise<void> {
    const bulk = jobs
      .filter((job) => job.priority === priority)
      .map(({ messageId, delayMs }) => ({
        name: 'message',
        data: {},
        opts: { ...JOB_OPTIONS, jobId: messageId, ...(delayMs && { delay: delayMs }) },
      }));
    if (bulk.length > 0) await this.#queueOf(priority).addBulk(bulk);
  }

  async #extendIn(priority: Priority, jobs: readonly TakenJob[]): Promise<TakenJob[]> {
    const mine = jobs.filter((job) => job.priority === priority);
    if (mine.length === 0) return [];
    const ids = mine.map(({ messageId }) => messageId);
    const tokens = mine.map(({ token }) => token);
    const lost = await this.#workerOf(priority).extendJobLocks(ids, tokens, this.timing.lockDuration);
    return mine.filter(({ messageId }) => lost.includes(messageId));
  }

  #queueOf(priority: Priority): BullQueue {
    let queue = this.#queues.get(priority);
    if (queue) return queue;
    queue = this.backend.openQueue(priority);
    queue.on('error', this.onError);
    this.#queues.set(priority, queue);
    return queue;
  }

  /** Made on first use: a process that only adds has no workers. */
  #workerOf(priority: Priority): BullWorker {
    let worker = this.#workers.get(priority);
    if (worker) return worker;
    worker = this.backend.openWorker(priority, this.timing);
    worker.on('error', this.onError);
    this.#workers.set(priority, worker);
    return worker;
  }
}

function bull(taken: TakenJob): Job {
  return (taken as TakenBullJob).job;
}
