import { type Metadata } from './message.js';
import { type Priority } from './priority.js';

export const CONVERSATION_STATES = ['active', 'inactive', 'completed', 'archived'] as const;

export type ConversationState = (typeof CONVERSATION_STATES)[number];

/** What the next turns do when a turn fails for good: `block` waits until its dead letter is requeued or deleted. */
export const FAILURE_POLICIES = ['skip', 'block'] as const;

export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** Ordered messages with context and state. */
export interface Conversation {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly title: string;
  /** The system context: goes first into every prompt and is never dropped. */
  readonly context: string;
  readonly state: ConversationState;
  /** The priority of messages that are sent through the conversation and name none. */
  readonly priority: Priority;
  readonly metadata: Metadata;
  readonly onFailure: FailurePolicy;
  /** The failed message that the next turns wait for; null: none. */
  readonly blockedBy: string | null;
  readonly messageCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastActiveAt: Date;
  readonly completedAt: Date | null;
}
