import { type ConversationState } from './conversation.js';
import { type ErrorCode } from './errors.js';
import { type MessageStatus } from './message.js';
import { taskIdOf } from './task.js';
import { type TaskEvent } from './task-event.js';

export const MESSAGE_NEWS = [
  'message.accepted',
  'message.started',
  'message.progress',
  'message.retrying',
  'message.completed',
  'message.failed',
  'message.cancelled',
] as const;

export const CONVERSATION_NEWS = ['conversation.created', 'conversation.changed'] as const;

/** What happens to a message, as whoever listens is told; its text is in its own stream. */
export interface MessageNews {
  readonly type: (typeof MESSAGE_NEWS)[number];
  readonly message_id: string;
  readonly conversation_id: string | null;
  readonly user_id: string;
  readonly status: MessageStatus;
  /** Of `message.progress`: how much of the answer is there, in percent. */
  readonly progress?: number;
  readonly error?: string;
  readonly error_code?: ErrorCode;
  readonly timestamp: string;
}

/** Somebody began or changed a conversation. */
export interface ConversationNews {
  readonly type: (typeof CONVERSATION_NEWS)[number];
  readonly conversation_id: string;
  readonly user_id: string;
  readonly state: ConversationState;
  readonly title: string;
  readonly timestamp: string;
}

/** Something that happened, for whoever listens at this moment. */
export interface News {
  readonly event: MessageNews | ConversationNews;
  /** The same in the words of tasks, where it is one and they have a word for it. */
  readonly task?: TaskEvent | undefined;
}

/** What one can listen to: all tasks, one of them, a conversation, or all that is a user's. */
export type Topic = 'tasks' | `tasks:${string}` | `conversations:${string}` | `user:${string}`;

export function topicsOf({ event, task }: News): Topic[] {
  const topics: Topic[] = [`user:${event.user_id}`];
  if (event.conversation_id !== null) topics.push(`conversations:${event.conversation_id}`);
  if (task) topics.push('tasks', `tasks:${task.task_id}`);
  return topics;
}

export function taskTopic(messageId: string): Topic {
  return `tasks:${taskIdOf(messageId)}`;
}
