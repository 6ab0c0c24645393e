import { type Queue, type Worker } from 'bullmq';
import { type Priority } from '#contracts';
import { type Counts, type Ready } from './job-queue.js';

/** The jobs of BullMQ are only markers: their id is the id of the message. */
export type BullQueue = Queue<Record<string, never>>;
export type BullWorker = Worker<Record<string, never>>;

export interface WorkerTiming {
  readonly lockDuration: number;
  readonly stalledInterval: number;
}

/** What differs between BullMQ on Redis and BullMQ on Postgres. */
export interface BullBackend {
  openQueue(priority: Priority): BullQueue;
  openWorker(priority: Priority, timing: WorkerTiming): BullWorker;
  ready(): Promise<Ready>;
  waiting(): Promise<Counts>;
  generation(): Promise<string>;
}

/** The name of a band's queue. */
export function queueName(priority: Priority): string {
  return `messages-${priority}`;
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
