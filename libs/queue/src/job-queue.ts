import { type Priority } from '#contracts';

/** What the schedule holds of a message: never its content. */
export interface JobToAdd {
  readonly messageId: string;
  readonly priority: Priority;
  /** How long it stays invisible. */
  readonly delayMs?: number;
}

/** A job that this process has taken and must bring to an end. */
export interface TakenJob {
  readonly messageId: string;
  readonly priority: Priority;
  readonly token: string;
}

export type Counts = Readonly<Record<Priority, number>>;

/** What could be taken now. */
export interface Ready {
  /** Jobs per band, at least up to a few dozens exact. */
  readonly counts: Counts;
  /** Time until the next delayed job can be taken; undefined: there is none. */
  readonly nextDueMs: number | undefined;
}

/**
 * The schedule: four bands of jobs, each job known by the id of its message. It may be lost as a whole and is
 * then rebuilt from the ledger. Delivery is at least once: a job whose worker is silent for the lock's duration
 * is given to another one. `job-queue.conformance.ts` is the specification.
 */
export abstract class JobQueue {
  /** Adds at once; a message that is already there stays as it is. Throws when the schedule is away. */
  abstract add(jobs: readonly JobToAdd[]): Promise<void>;
  abstract ready(): Promise<Ready>;
  /** The next job of a band, locked for this process; undefined when the band is empty. */
  abstract take(priority: Priority): Promise<TakenJob | undefined>;
  /** The job is over and leaves the schedule. */
  abstract complete(job: TakenJob): Promise<void>;
  /** The job becomes visible again after `delayMs`. */
  abstract delay(job: TakenJob, delayMs: number): Promise<void>;
  /** The job can be taken again at once, by whichever worker comes first. */
  abstract putBack(job: TakenJob): Promise<void>;
  /** Renews locks; answers with the jobs whose lock was lost to another worker. */
  abstract extend(jobs: readonly TakenJob[]): Promise<TakenJob[]>;
  /** Takes a waiting job out; one that runs stays. */
  abstract remove(messageId: string, priority: Priority): Promise<void>;
  /** How many jobs wait, delayed ones included. */
  abstract waiting(): Promise<Counts>;
  /** Changes when the schedule has lost what it held. */
  abstract generation(): Promise<string>;
  /** Starts to look for jobs of silent workers. */
  abstract startRecovery(): Promise<void>;
  /** Calls `listener` when something may be ready. Returns the function that ends it. */
  abstract onBell(listener: () => void): () => void;
  /** Tells every dispatcher that something may be ready. */
  abstract ring(): void;
  abstract close(): Promise<void>;
}
