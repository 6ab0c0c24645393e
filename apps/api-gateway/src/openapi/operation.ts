import { type z } from 'zod';
import { type ErrorCode } from '#contracts';

/** A body that is not JSON. */
export interface OtherBody {
  readonly type: 'text/event-stream' | 'text/plain';
  readonly text: string;
  /** The data of each kind of event. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

/** What an answer holds; null: nothing. */
export type Answer = z.ZodType | OtherBody | null;

/** What cannot be read from the code of a route. Everything else is: path, scope, status, query and body. */
export interface Operation {
  /** Unique, for those who generate clients. */
  readonly id: string;
  readonly summary: string;
  readonly text?: string;
  /** The answer with the status of the route. */
  readonly answer: Answer;
  /** Where the code answers with another one than its route says. */
  readonly status?: number;
  /** The same answer as another type, for who asks for that. */
  readonly also?: OtherBody;
  /** Other answers that are no errors, by status. */
  readonly others?: Readonly<Record<number, Answer>>;
  /** Beside those of every route of its kind. */
  readonly errors?: readonly ErrorCode[];
  /** Of the answer. */
  readonly headers?: readonly (keyof typeof HEADERS)[];
  readonly takes?: readonly (keyof typeof REQUEST_HEADERS)[];
  /** Where the code looks at each item by itself: what an item must be. */
  readonly body?: z.ZodType;
  /** A body that works as it stands. */
  readonly example?: Readonly<Record<string, unknown>>;
  readonly deprecated?: true;
}

/** Operations under one tag, by method and path as the code has them: `GET /api/v1/messages/:id`. */
export interface Group {
  readonly tag: string;
  readonly text: string;
  /** What the parameters in the paths mean. */
  readonly params: Readonly<Record<string, string>>;
  readonly operations: Readonly<Record<string, Operation>>;
}

export const HEADERS = {
  location: 'The path of what was made.',
  'x-message-id': 'The id of the message, `msg_…`.',
  'idempotency-replayed': '`true` where the answer is that of an earlier request with the same key.',
} as const;

export const REQUEST_HEADERS = {
  'idempotency-key':
    '1 to 255 visible ASCII characters of your choice. Sent again with the same key, a request is done once.',
  'x-priority': 'A name, or 1 (realtime) to 4 (low), where the body has no `priority`.',
  'x-on-disconnect':
    '`cancel` (where nothing is said) or `continue`: what becomes of the message when the caller leaves, where the body has no `on_disconnect`.',
  'last-event-id': 'The id of the last event that you saw: the stream goes on after it.',
} as const;
