import { type MessageStatus } from './message.js';
import { type Priority } from './priority.js';

/** The states of a task, in the words of its clients. */
export const TASK_STATUSES = [
  'pending',
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'retrying',
  'timeout',
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

/** A task waits in the queue from the moment that it is accepted; `pending` is one whose time has not come. */
const STATUS_OF: Readonly<Record<MessageStatus, TaskStatus>> = {
  pending: 'queued',
  scheduled: 'pending',
  queued: 'queued',
  processing: 'running',
  retrying: 'retrying',
  completed: 'completed',
  failed: 'failed',
  timeout: 'timeout',
  cancelled: 'cancelled',
};

export function taskStatusOf(status: MessageStatus): TaskStatus {
  return STATUS_OF[status];
}

/** Tasks call the best priority `urgent`. */
export function taskPriorityOf(priority: Priority): Exclude<Priority, 'realtime'> | 'urgent' {
  return priority === 'realtime' ? 'urgent' : priority;
}

/** Either name, with the dashes of the UUID or without. */
const TASK_ID = /^(?:task|msg)_([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/** A task is a message under another name: both ids are the same UUID. */
export function taskIdOf(messageId: string): string {
  return messageId.replace(TASK_ID, 'task_$1-$2-$3-$4-$5');
}

/** Undefined: it is no id of a task. */
export function messageIdOf(taskId: string): string | undefined {
  const uuid = TASK_ID.exec(taskId.toLowerCase());
  return uuid ? `msg_${uuid.slice(1).join('')}` : undefined;
}
