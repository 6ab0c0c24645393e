import { type Queue, type Worker } from 'bullmq';
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

/** The jobs of BullMQ are only markers: their id is the id of the message. */
export type BullQueue = Queue<Record<string, never>>;
export type BullWorker = Worker<Record<string, never>>;

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
  correct(corrections: readonly Correction[]): Promise<void>;
}

/** The name of a band's queue. */
export function queueName({ lane, priority }: Band): string {
  return `${lane}-${priority}`;
}

/** A message that was claimed before gets a job of another name than the one that its worker may still hold. */
export function jobIdOf({ messageId, attempt = 0 }: JobToAdd): string {
  return attempt === 0 ? messageId : `${messageId}-${attempt}`;
}

export function messageIdOf(jobId: string): string {
  return jobId.split('-', 1)[0]!;
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
