import { type Queue, type Worker } from 'bullmq';
import { type Correction } from './fair/corrections.js';
import {
  type Band,
  type Counts,
  type HeadWaits,
  type JobOrigin,
  type JobToAdd,
  type Look,
  type LookAsk,
  type Place,
} from './job-queue.js';

/** What a job of BullMQ holds beside its id, which is that of the message; short names, as there may be millions. */
export interface JobData {
  /** Tenant. */
  readonly t?: string;
  /** User. */
  readonly u?: string;
  /** Kind of task. */
  readonly k?: string;
  /** Number of tokens. */
  readonly n?: number;
}

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
  correct(corrections: readonly Correction[]): Promise<void>;
}

/** The name of a band's queue. */
export function queueName({ lane, priority }: Band): string {
  return `${lane}-${priority}`;
}

export function dataOf({ tenantId, userId, taskType, tokens }: JobOrigin): JobData {
  return { t: tenantId, u: userId, n: tokens, ...(taskType !== null && { k: taskType }) };
}

export function originOf({ t, u, k, n }: JobData): JobOrigin | undefined {
  return t === undefined || u === undefined
    ? undefined
    : { tenantId: t, userId: u, taskType: k ?? null, tokens: n ?? 0 };
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
