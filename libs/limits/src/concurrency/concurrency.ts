/** At most so many at once under this name: `tenant:acme`, `key:openai/main` … */
export interface NamedLimit {
  readonly name: string;
  readonly limit: number;
}

/** A place under each of its names. */
export interface Lease {
  readonly granted: true;
  readonly token: string;
  readonly names: readonly string[];
}

/** There is no place under this name now. */
export interface Full {
  readonly granted: false;
  readonly which: string;
}

/** Who is to be told when there may be a place; of those who wait for the same name the smallest rank comes first. */
export interface Waiter {
  readonly id: string;
  readonly rank: number;
}

/** Whoever has waited for longer has given up, or is told by nobody: Redis was away. */
export const LINE_TTL_MS = 120_000;

/**
 * How many run at once under any number of names, over all processes. Whoever acquires has a place under all of the names
 * or under none, and the process renews all that it holds: a lease that is not renewed is free again. Like slots, it does
 * not wait; but who comes in vain can leave word in a line, and whoever frees a place asks who comes `next`.
 * `concurrency.conformance.ts` is the specification.
 */
export abstract class Concurrency {
  /** Answers with the first name that is full; the waiter then stands in its line. */
  abstract acquire(limits: readonly NamedLimit[], waiter?: Waiter): Promise<Lease | Full>;
  /** Takes as many out of the line of each name as there are places under it; answers with their ids. */
  abstract next(limits: readonly NamedLimit[]): Promise<string[]>;
  /** Of all leases of this process. */
  abstract renew(): Promise<void>;
  abstract release(lease: Lease): Promise<void>;
  /** Frees what a dead process held; answers with how many leases that were. */
  abstract sweep(processId: string): Promise<number>;
  /** How many places are taken under a name now, over all processes. */
  abstract held(name: string): Promise<number>;
}
