import { type Failure, type FinalStatus, type Usage } from './message.js';

/**
 * What happens to a reply, in order. `reset` starts a new attempt, or the second answer of one
 * whose first was not what was asked for: readers drop the text that they have. `end` is the last event of every stream and is there exactly once.
 */
export type ReplyEvent =
  | { readonly type: 'started'; readonly attempt: number }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'reset'; readonly attempt: number; readonly reason: ResetReason }
  | ReplyEnd;

export type ResetReason = 'retry' | 'worker_lost' | 'stream_lost' | 'requeued' | 'result_invalid';

export interface ReplyEnd {
  readonly type: 'end';
  readonly status: FinalStatus;
  readonly finishReason?: string;
  readonly usage?: Usage;
  /** It was made for an equal message. */
  readonly cached?: true;
  readonly error?: Failure;
}

/** An event at its place: sequence numbers are dense (1, 2, 3 …); only a `reset` may skip ahead. */
export interface ReplyEntry {
  readonly seq: number;
  readonly event: ReplyEvent;
}
