import { type BullQueue } from './bull-backend.js';
import { type JobOrigin, type JobToAdd } from './job-queue.js';

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

/** Ended jobs leave BullMQ at once: the ledger remembers them. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

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
 * BullMQ counts a delay from the timestamp, and the timestamp is what the age of a waiting job is read from. A job that is
 * put off is due at `sinceMs`, by the ledger's clock and not by the one of this machine.
 */
export function timestampOf({ sinceMs, delayMs = 0 }: JobToAdd): number {
  return Math.round(sinceMs - delayMs);
}

export function isDue({ delayMs = 0 }: JobToAdd): boolean {
  return delayMs <= 0;
}

/** Adds jobs with these priorities in the way of BullMQ. */
export async function addInBulk(
  queue: BullQueue,
  jobs: readonly JobToAdd[],
  priorities: readonly number[],
): Promise<void> {
  const bulk = jobs.map((job, i) => {
    const when = { timestamp: timestampOf(job), ...(!isDue(job) && { delay: job.delayMs }) };
    const opts = { ...JOB_OPTIONS, jobId: jobIdOf(job), priority: priorities[i]!, ...when };
    return { name: 'message', data: dataOf(job.origin), opts };
  });
  await queue.addBulk(bulk);
}
