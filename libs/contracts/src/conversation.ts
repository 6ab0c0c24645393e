import { type Metadata } from './message.js';
import { type Priority } from './priority.js';

export const CONVERSATION_STATES = ['active', 'inactive', 'completed', 'archived'] as const;

export type ConversationState = (typeof CONVERSATION_STATES)[number];

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
  readonly messageCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastActiveAt: Date;
  readonly completedAt: Date | null;
}
