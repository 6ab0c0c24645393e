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
}

/** Slots that were won, by their tokens. */
export interface Granted {
  readonly realtime: readonly string[];
  readonly others: readonly string[];
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
