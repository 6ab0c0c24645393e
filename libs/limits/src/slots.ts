/** How many slots somebody could use now. */
export interface SlotAsk {
  /** Most slots of the upstream that may be held at once, over all processes. */
  readonly limit: number;
  /** How many of them only realtime messages may use. */
  readonly reserved: number;
  /** Wanted for realtime messages, which come first. */
  readonly realtime: number;
  /** Wanted for all others. */
  readonly others: number;
  /** Given: starts of others are kept apart. */
  readonly spread?: Spread;
}

/**
 * How far apart calls start while most slots are in use. Calls that take equally long and start together end together, again
 * and again, and a realtime message that comes in between waits for all of that time; ends that are spread out leave it a
 * slot soon.
 */
export interface Spread {
  /** Time between two starts that would spread them evenly, in ms. */
  readonly gapMs: number;
  /** Longest time that a start is held back for it, in ms: what it costs of the slots is bounded, and they spread bit by bit. */
  readonly holdMs: number;
}

/** Slots that were won, by their tokens. */
export interface Granted {
  readonly realtime: readonly string[];
  readonly others: readonly string[];
  /** A start is held back for so long, in ms. */
  readonly heldMs?: number;
}

export const NOTHING: Granted = { realtime: [], others: [] };

/**
 * The right to run calls on an upstream, shared by every process. A slot that is not renewed within its lease is free
 * again. `slots.conformance.ts` is the specification.
 */
export abstract class Slots {
  abstract acquire(upstream: string, ask: SlotAsk): Promise<Granted>;
  abstract renew(upstream: string, tokens: readonly string[]): Promise<void>;
  /** Gives slots back; true when somebody has wanted one in vain. */
  abstract release(upstream: string, tokens: readonly string[]): Promise<boolean>;
  /** Frees what a dead process held; answers with how many slots that were. */
  abstract sweep(upstream: string, processId: string): Promise<number>;
  /** Grants nothing on this upstream for so long. A shorter pause never ends a longer one. */
  abstract pause(upstream: string, ms: number): Promise<void>;
  /** How many slots are held now, over all processes. */
  abstract held(upstream: string): Promise<number>;
}
