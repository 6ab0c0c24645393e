import { type ErrorCode } from './errors.js';
import { type Priority } from './priority.js';

/** A message that failed for good, and why; it waits until somebody requeues or deletes it. */
export interface DeadLetter {
  /** Of the message. */
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly conversationId: string | null;
  readonly priority: Priority;
  readonly lane: string;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: Date;
}

/** What became of a dead letter: `expired` means that its retention was over. */
export type DeadLetterAction = 'requeued' | 'deleted' | 'expired';

/** One line of the record of what was done with dead letters, and by whom. */
export interface DeadLetterAudit {
  readonly id: string;
  readonly messageId: string;
  readonly action: DeadLetterAction;
  /** Name of the API key; null for what the system did by itself. */
  readonly by: string | null;
  readonly redriveId: string | null;
  readonly userId: string;
  readonly conversationId: string | null;
  readonly priority: Priority;
  readonly lane: string;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: Date;
  readonly at: Date;
}

/** Which dead letters are meant; what is left out does not matter. */
export interface DeadLetterFilter {
  readonly priority?: Priority | undefined;
  readonly code?: ErrorCode | undefined;
  readonly user_id?: string | undefined;
  readonly conversation_id?: string | undefined;
  /** The lane. */
  readonly provider?: string | undefined;
  /** Failed longer ago than this, in ms. */
  readonly older_than?: number | undefined;
  /** Failed at most this long ago, in ms. */
  readonly newer_than?: number | undefined;
}

export const REDRIVE_STATES = ['running', 'done', 'stopped', 'failed'] as const;

export type RedriveState = (typeof REDRIVE_STATES)[number];

/** Many dead letters on their way back into the queue, at a limited rate. */
export interface Redrive {
  readonly id: string;
  readonly tenantId: string;
  readonly state: RedriveState;
  readonly filter: DeadLetterFilter;
  /** Most messages per second. */
  readonly rate: number;
  /** Name of the API key that asked for it. */
  readonly requestedBy: string;
  /** Dead letters that matched when it began. */
  readonly total: number;
  readonly requeued: number;
  /** Dead letters that stay, because their conversation takes no messages. */
  readonly skipped: number;
  readonly error: string | null;
  readonly stoppedBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}
