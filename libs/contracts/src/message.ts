import { type CallbackSeen } from './callback.js';
import { type ErrorCode } from './errors.js';
import { type MessageOptions } from './message-options.js';
import { type Priority } from './priority.js';

/** The states of a message; `docs/message-states.md` draws who moves it from one to the next. */
export const MESSAGE_STATUSES = [
  'pending',
  'scheduled',
  'queued',
  'processing',
  'retrying',
  'completed',
  'failed',
  'timeout',
  'cancelled',
] as const;

export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** The states in which a message has ended; only a requeued dead letter brings it back. */
export const FINAL_STATUSES = ['completed', 'failed', 'timeout', 'cancelled'] as const;

export type FinalStatus = (typeof FINAL_STATUSES)[number];

export function isFinal(status: MessageStatus): status is FinalStatus {
  return (FINAL_STATUSES as readonly MessageStatus[]).includes(status);
}

/** Tokens that the provider counted, or our estimate where it sent none. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimated: boolean;
  /** Of the prompt, read from the provider's cache; undefined where it does not say. */
  readonly cachedTokens?: number;
  /** Of the completion, spent on thinking; undefined where it does not say. */
  readonly reasoningTokens?: number;
}

/** What the calls for a message have used, those that came to nothing included. */
export interface SpentUsage {
  /** Those that have ended. */
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompts. */
  readonly cachedTokens: number;
  /** The tokens of some call are our estimate. */
  readonly estimated: boolean;
  readonly costs: readonly Cost[];
}

export interface Cost {
  /** Of the currency. */
  readonly millionths: number;
  readonly currency: string;
}

/** A function that the model asks for, in OpenAI's words; the arguments are JSON as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The failure of every message that somebody cancelled. */
export const CANCELLED: Failure = { code: 'cancelled', message: 'The message was cancelled' };

/** What the model answered; there is at most one for each message. */
export interface Reply {
  readonly content: string;
  readonly provider: string;
  readonly model: string;
  readonly finishReason: string | null;
  readonly usage: Usage;
  readonly toolCalls?: readonly ToolCall[];
  /** What the model thought before it answered; no part of the content. */
  readonly reasoning?: string;
  /** It was made for an equal message, so many seconds before; undefined: for this one. */
  readonly cacheAge?: number;
  /** The result, where one of a certain form was asked for; any JSON, null too. */
  readonly data?: unknown;
}

export type Metadata = Readonly<Record<string, unknown>>;

/** A model of a provider. */
export interface Target {
  readonly provider: string;
  readonly model: string;
}

/** One unit of work: a user's text and its fate. */
export interface Message {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly conversationId: string | null;
  /** Its place in the conversation, from 1. */
  readonly turn: number | null;
  readonly content: string;
  readonly priority: Priority;
  /** Where it may run: the name of a provider. */
  readonly lane: string;
  /** Where it may run, in order; none: on its lane, with whatever model answers there. */
  readonly targets: readonly Target[];
  /** Which of them it is at; its lane is that one's provider. */
  readonly target: number;
  /** How often it was sent on since its last counted retry. */
  readonly diversions: number;
  /** What it asks of the model. */
  readonly options: MessageOptions | null;
  /** Why these are its targets. */
  readonly routing: Metadata | null;
  readonly status: MessageStatus;
  readonly metadata: Metadata;
  /** How often a worker has claimed the message: the fencing token of every later write. */
  readonly attempt: number;
  /** How many of them were made before it was last requeued from the dead letters. */
  readonly attemptsBefore: number;
  /** How many attempts failed and were counted against `maxRetries`. */
  readonly retryCount: number;
  readonly maxRetries: number;
  /** Longest time that one attempt may take, in ms. */
  readonly timeoutMs: number;
  readonly requestId: string;
  /** Not to be started before. */
  readonly scheduledAt: Date | null;
  /** Not to be started after: it then ends as `timeout`, without a call. */
  readonly expiresAt: Date | null;
  /** Estimated tokens of input and output: its share of the band, until the real ones are known. */
  readonly cost: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  /** How much of the reply is there, 0 to 99: an estimate, renewed with the lease of the worker. */
  readonly progress: number;
  readonly callback: CallbackSeen | null;
  readonly failure: Failure | null;
  readonly reply: Reply | null;
  /** Null: no call for it has ended, or nobody asked. */
  readonly spent: SpentUsage | null;
}
