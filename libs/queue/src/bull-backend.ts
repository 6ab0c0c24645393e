import { type Queue, type Worker } from 'bullmq';
import { type JobData } from './bull-jobs.js';
import { type Correction } from './fair/corrections.js';
import {
  type Band,
  type Counts,
  type HeadWaits,
  type JobToAdd,
  type Look,
  type LookAsk,
  type Place,
} from './job-queue.js';

export type BullQueue = Queue<JobData>;
export type BullWorker = Worker<JobData>;

export interface WorkerTiming {
  readonly lockDuration: number;
  readonly stalledInterval: number;
}

/** Where jobs stand in their bands. */
export interface Places {
  headWaits(lanes: readonly string[]): Promise<Readonly<Record<string, HeadWaits>>>;
  placeOf(band: Band, jobIds: readonly string[]): Promise<Place | undefined>;
}

/** What differs between BullMQ on Redis and BullMQ on Postgres. */
export interface BullBackend {
  openQueue(band: Band): BullQueue;
  openWorker(band: Band, timing: WorkerTiming): BullWorker;
  look(ask: LookAsk): Promise<Look>;
  waiting(lanes: readonly string[]): Promise<Readonly<Record<string, Counts>>>;
  readonly places: Places;
  generation(): Promise<string>;
  /** The priorities of jobs that join one band, in their order. */
  tag(band: Band, jobs: readonly JobToAdd[]): Promise<number[]>;
  /** Jobs of one band that are due at once. */
  addDue(queue: BullQueue, band: Band, jobs: readonly JobToAdd[]): Promise<void>;
  correct(corrections: readonly Correction[]): Promise<void>;
}

/** The name of a band's queue. */
export function queueName({ lane, priority }: Band): string {
  return `${lane}-${priority}`;
}

/**
 * Options of every worker. We fetch by hand and renew locks ourselves, and the ledger counts dead workers,
 * so BullMQ must never fail a job for having stalled too often.
 */
export const MANUAL_WORKER = {
  autorun: false,
  skipLockRenewal: true,
  maxStalledCount: 1_000_000,
  concurrency: 1,
} as const;
