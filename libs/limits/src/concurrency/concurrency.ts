/** At most so many at once under this name: `global`, `tenant:acme`, `key:openai/main` … */
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

/**
 * How many run at once under any number of names, over all processes. Whoever acquires has a place under all of the names
 * or under none, and renews it while he runs: a lease that is not renewed is free again. Like slots, it does not wait.
 * `concurrency.conformance.ts` is the specification.
 */
export abstract class Concurrency {
  /** Answers with the first name that is full. */
  abstract acquire(limits: readonly NamedLimit[]): Promise<Lease | Full>;
  abstract renew(leases: readonly Lease[]): Promise<void>;
  abstract release(lease: Lease): Promise<void>;
  /** Frees what a dead process held; answers with how many leases that were. */
  abstract sweep(processId: string): Promise<number>;
  /** How many places are taken under a name now, over all processes. */
  abstract held(name: string): Promise<number>;
}
