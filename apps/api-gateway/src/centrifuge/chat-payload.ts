import { type ReplyEnd } from '#contracts';

/**
 * What is published of a reply. `start`: it begins; `chunk`: text to append; `end` and `error` are the last. Only
 * clients that ask for objects get `reset`: they drop the text that they have.
 */
export interface ChatPayload {
  readonly message: string;
  readonly type: 'start' | 'chunk' | 'end' | 'error' | 'reset';
}

export const START: ChatPayload = { message: '', type: 'start' };
export const RESET: ChatPayload = { message: '', type: 'reset' };
const END: ChatPayload = { message: '', type: 'end' };

/** To a client that can only append, and has text that is no part of the answer any more. */
export const NOT_CONTINUED = errorOf(
  'the answer was begun anew and does not go on from the text that was sent; subscribe again without a position to get all of it',
);

export function chunkOf(text: string): ChatPayload {
  return { message: text, type: 'chunk' };
}

export function errorOf(text: string): ChatPayload {
  return { message: `Error: ${text}`, type: 'error' };
}

export function endOf({ status, error }: ReplyEnd): ChatPayload {
  return status === 'completed' ? END : errorOf(error?.message ?? `the message ended as ${status}`);
}
