import { ErrorCode, type Job } from 'bullmq';
import { type Priority } from '#contracts';
import { withDeadline } from '#runtime';
import { type BullBackend, queueName, type WorkerTiming } from './bull-backend.js';
import { addInBulk, isDue, type JobData, messageIdOf, originOf } from './bull-jobs.js';
import { BullBands, bandsOf } from './bull-bands.js';
import { type Doorbell } from './doorbell.js';
import { Corrections } from './fair/corrections.js';
import {
  type Band,
  type Counts,
  type HeadWaits,
  JobQueue,
  type JobToAdd,
  type Look,
  type LookAsk,
  type Place,
  type TakenJob,
} from './job-queue.js';

type TakenBullJob = TakenJob & { readonly job: Job<JobData> };

/** A schedule that takes longer than this for one group of jobs is away. */
const ADD_TIMEOUT_MS = 5_000;

/** In no name of a lane, a priority or a job. */
const REF_SEPARATOR = '|';

/** A message that was claimed more often is looked for under its last names. */
const MOST_NAMES = 4;

/** Every band of every lane as a queue of BullMQ, fetched by hand so that a dispatcher chooses among them. */
export class BullJobQueue extends JobQueue {
  readonly #bands: BullBands;
  readonly #corrections: Corrections;
  readonly #worker = crypto.randomUUID();
  #taken = 0;

  constructor(
    private readonly lanes: readonly string[],
    private readonly backend: BullBackend,
    private readonly doorbell: Doorbell,
    private readonly timing: WorkerTiming,
    onError: (error: Error) => void,
  ) {
    super();
    this.#bands = new BullBands(backend, timing, onError);
    this.#corrections = new Corrections((corrections) => backend.correct(corrections));
  }

  async open(): Promise<void> {
    await this.#bands.open(this.lanes);
  }

  async add(jobs: readonly JobToAdd[]): Promise<void> {
    const adds = Promise.all([...grouped(jobs).values()].map((group) => this.#addTo(group[0]!, group)));
    await withDeadline(adds, ADD_TIMEOUT_MS, 'redis_unavailable', 'The schedule');
  }

  look(ask: LookAsk): Promise<Look> {
    return this.backend.look(ask);
  }

  async take({ lane, priority }: Band): Promise<TakenJob | undefined> {
    const token = `${this.#worker}:${(this.#taken += 1)}`;
    const job = await this.#bands.worker({ lane, priority }).getNextJob(token, { block: false });
    if (!job) return undefined;
    const messageId = messageIdOf(job.id!);
    const [ref, origin] = [refOf({ lane, priority }, job.id!), originOf(job.data)];
    const sinceMs = job.timestamp;
    const taken: TakenBullJob = { messageId, lane, priority, token, sinceMs, ref, origin, job };
    return taken;
  }

  async complete(taken: TakenJob): Promise<void> {
    await bull(taken).moveToCompleted(null, taken.token, false);
  }

  async delay(taken: TakenJob, delayMs: number): Promise<void> {
    await bull(taken).moveToDelayed(Date.now() + delayMs, taken.token);
  }

  async hasten(ref: string): Promise<boolean> {
    const [lane = '', priority, jobId = ''] = ref.split(REF_SEPARATOR);
    if (!this.lanes.includes(lane)) return false;
    const job = await this.#bands.queue({ lane, priority: priority as Priority }).getJob(jobId);
    if (!job || !(await isPromoted(job))) return false;
    this.doorbell.ring();
    return true;
  }

  async putBack(taken: TakenJob): Promise<void> {
    await bull(taken).moveToWait(taken.token);
    this.doorbell.ring();
  }

  async extend(jobs: readonly TakenJob[]): Promise<TakenJob[]> {
    const lost = [...grouped(jobs).values()].map((group) => this.#extendIn(group[0]!, group));
    return (await Promise.all(lost)).flat();
  }

  async remove(messageId: string, band: Band, attempt = 0): Promise<void> {
    const queue = this.#bands.queue(band);
    await Promise.all(namesOf(messageId, attempt).map((name) => queue.remove(name)));
  }

  settle(band: Band, flow: string, cost: number): void {
    this.#corrections.add(band, flow, cost);
  }

  waiting(): Promise<Readonly<Record<string, Counts>>> {
    return this.backend.waiting(this.lanes);
  }

  headWaits(): Promise<Readonly<Record<string, HeadWaits>>> {
    return this.backend.places.headWaits(this.lanes);
  }

  placeOf(band: Band, messageId: string, attempt: number): Promise<Place | undefined> {
    return this.backend.places.placeOf(band, namesOf(messageId, attempt));
  }

  generation(): Promise<string> {
    return this.backend.generation();
  }

  async startRecovery(): Promise<void> {
    await Promise.all(bandsOf(this.lanes).map((band) => this.#bands.worker(band).startStalledCheckTimer()));
  }

  onBell(listener: () => void): () => void {
    return this.doorbell.onRing(listener);
  }

  ring(): void {
    this.doorbell.ring();
  }

  async close(): Promise<void> {
    this.doorbell.close();
    this.#corrections.close();
    await this.#bands.close();
  }

  async #addTo(band: Band, jobs: readonly JobToAdd[]): Promise<void> {
    const due = jobs.filter(isDue);
    const later = due.length === jobs.length ? [] : jobs.filter((job) => !isDue(job));
    await Promise.all([
      due.length > 0 && this.doorbell.ringBehind(this.backend.addDue(this.#bands.queue(band), band, due)),
      later.length > 0 && this.#addLater(band, later),
    ]);
  }

  async #addLater(band: Band, jobs: readonly JobToAdd[]): Promise<void> {
    const tags = await this.backend.tag(band, jobs);
    await this.doorbell.ringBehind(addInBulk(this.#bands.queue(band), jobs, tags));
  }

  async #extendIn(band: Band, jobs: readonly TakenJob[]): Promise<TakenJob[]> {
    const ids = jobs.map((job) => bull(job).id!);
    const tokens = jobs.map(({ token }) => token);
    const lost = await this.#bands.worker(band).extendJobLocks(ids, tokens, this.timing.lockDuration);
    return jobs.filter((job) => lost.includes(bull(job).id!));
  }
}

/** A job that is tried again keeps its name, one that was enqueued again has another. */
function namesOf(messageId: string, attempt: number): string[] {
  const later = Array.from(
    { length: Math.min(attempt, MOST_NAMES) },
    (_, i) => `${messageId}-${attempt - i}`,
  );
  return [messageId, ...later];
}

function grouped<B extends Band>(items: readonly B[]): Map<string, B[]> {
  return Map.groupBy(items, queueName);
}

function bull(taken: TakenJob): Job<JobData> {
  return (taken as TakenBullJob).job;
}

function refOf({ lane, priority }: Band, jobId: string): string {
  return [lane, priority, jobId].join(REF_SEPARATOR);
}

/** False: it is not delayed any more. */
async function isPromoted(job: Job<JobData>): Promise<boolean> {
  try {
    await job.promote();
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === ErrorCode.JobNotInState || code === ErrorCode.JobNotExist) return false;
    throw error;
  }
}
