import { type ErrorCode } from './errors.js';
import { type Failure, type MessageStatus, type Reply, type Usage } from './message.js';
import { taskIdOf, type TaskStatus, taskStatusOf } from './task.js';

export const TASK_EVENT_TYPES = ['started', 'progress', 'completed', 'failed'] as const;

export type TaskEventType = (typeof TASK_EVENT_TYPES)[number];

/** What receivers of callbacks and listeners on a socket are told of a task, as it goes over the wire. */
export interface TaskEvent {
  readonly event_type: TaskEventType;
  readonly task_id: string;
  readonly status: TaskStatus;
  /** 0 to 100; until the end an estimate. */
  readonly progress: number;
  /** The result of a task that completed; of one that goes on, how it is doing, in words. */
  readonly data?: unknown;
  readonly error?: string;
  readonly error_code?: ErrorCode;
  readonly metadata?: TaskEventMetadata;
  readonly timestamp: string;
}

export interface TaskEventMetadata {
  readonly token_usage?: TokenUsage;
  readonly duration?: string;
}

export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What there is to tell of a task. */
export interface TaskNews {
  readonly messageId: string;
  readonly type: TaskEventType;
  readonly status: MessageStatus;
  readonly progress: number;
  readonly at: Date;
  readonly failure?: Failure | null;
  readonly reply?: Pick<Reply, 'content' | 'data' | 'usage'> | null;
  /** How long it ran. */
  readonly durationMs?: number | undefined;
}

export function taskEventOf(news: TaskNews): TaskEvent {
  const { type, failure, reply, durationMs } = news;
  const metadata = {
    ...(reply && { token_usage: tokenUsageOf(reply.usage) }),
    ...(durationMs !== undefined && { duration: secondsOf(durationMs) }),
  };
  return {
    event_type: type,
    task_id: taskIdOf(news.messageId),
    status: taskStatusOf(news.status),
    progress: type === 'completed' ? 100 : news.progress,
    ...(type === 'completed' && reply && { data: resultOf(reply) }),
    ...(type === 'progress' && { data: noteOf(news) }),
    ...(type === 'failed' && failure && { error: failure.message, error_code: failure.code }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    timestamp: news.at.toISOString(),
  };
}

/** The structured result, where one was asked for or the text is one; else the text. */
export function resultOf({ content, data }: Pick<Reply, 'content' | 'data'>): unknown {
  return data !== undefined ? data : (structureOf(content) ?? content);
}

export function tokenUsageOf({ promptTokens, completionTokens }: Usage): TokenUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** A duration in seconds, as `1.2s`. */
export function secondsOf(ms: number): string {
  return `${Math.round(ms / 10) / 100}s`;
}

function noteOf({ status, progress, failure }: TaskNews): string {
  if (status === 'retrying') return `The task is tried again${failure ? `: ${failure.message}` : ''}`;
  return `About ${progress} % of the answer is there`;
}

/** Only a list or an object is more than its text. */
function structureOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
