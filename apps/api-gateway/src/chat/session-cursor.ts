import { type Had } from '../growing-text.js';

/** How far a reader of a session is: the id of an event. */
export interface SessionCursor {
  /** This turn and all before it are behind it, but for what is left of its message. */
  readonly turn: number;
  readonly message?: {
    readonly id: string;
    /** Undefined: it has seen its end. */
    readonly seen?: Seen;
  };
}

/** Of a reply that goes on. */
export interface Seen {
  /** Of the last event. */
  readonly seq: number;
  /** What it had of the text then: the log may be gone, or written anew, when it comes back. */
  readonly had: Had;
}

const TURN = /^turn\.(\d{1,10})$/;
const MESSAGE = /^(msg_[0-9a-f]{32})\.(\d{1,10})\.(?:end|(\d{1,16})\.(\d{1,9})\.([0-9a-z]{1,7}))$/;

export function formatCursor({ turn, message }: SessionCursor): string {
  if (!message) return `turn.${turn}`;
  const { id, seen } = message;
  if (!seen) return `${id}.${turn}.end`;
  return `${id}.${turn}.${seen.seq}.${seen.had.length}.${seen.had.check.toString(36)}`;
}

/** Undefined: it is none of ours. */
export function parseCursor(text: string): SessionCursor | undefined {
  const bare = TURN.exec(text);
  if (bare) return { turn: Number(bare[1]) };
  const match = MESSAGE.exec(text);
  if (!match) return undefined;
  const [, id = '', turn, seq, length, check] = match;
  if (check === undefined) return { turn: Number(turn), message: { id } };
  const had = { length: Number(length), check: Number.parseInt(check, 36) };
  return { turn: Number(turn), message: { id, seen: { seq: Number(seq), had } } };
}
