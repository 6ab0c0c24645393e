import { type Had } from './growing-text.js';

/** How far a reader of a session is: the id of an event. */
export interface SessionCursor {
  /** All turns before this one are behind it; without a message this one too. */
  readonly turn: number;
  readonly message?: {
    readonly id: string;
    /** Of the last event of its reply that the reader has seen. */
    readonly seq: number;
    /** What it had of the reply then: the log may be gone, or written anew, when it comes back. */
    readonly had: Had;
  };
}

const TURN = /^turn\.(\d{1,10})$/;
const MESSAGE = /^(msg_[0-9a-f]{32})\.(\d{1,10})\.(\d{1,16})\.(\d{1,9})\.([0-9a-z]{1,7})$/;

export function formatCursor({ turn, message }: SessionCursor): string {
  if (!message) return `turn.${turn}`;
  const { id, seq, had } = message;
  return `${id}.${turn}.${seq}.${had.length}.${had.check.toString(36)}`;
}

/** Undefined: it is none of ours. */
export function parseCursor(text: string): SessionCursor | undefined {
  const bare = TURN.exec(text);
  if (bare) return { turn: Number(bare[1]) };
  const match = MESSAGE.exec(text);
  if (!match) return undefined;
  const [, id, turn, seq, length, check] = match;
  const had = { length: Number(length), check: Number.parseInt(check!, 36) };
  return { turn: Number(turn), message: { id: id!, seq: Number(seq), had } };
}
