/** Where an answer lies. */
export interface Place {
  readonly tenantId: string;
  readonly key: string;
}

/** The wish to make an answer for everybody who wants it; it is over after `ms`, unless it is renewed. */
export interface Claim {
  readonly token: string;
  readonly ms: number;
}

export type Look =
  | { readonly state: 'hit'; readonly text: string; readonly ageMs: number }
  /** Nobody makes it; whoever asked with a claim does from now on. */
  | { readonly state: 'free' }
  /** Somebody else makes it. */
  | { readonly state: 'busy' };

/** Most that a tenant may have. */
export interface ResultBounds {
  readonly bytes: number;
  readonly entries: number;
}

/** What an entry takes beside its text, about. */
export const OVERHEAD_BYTES = 300;

/** Entries whose time is over are removed with the next ones that are kept, so many at a time. */
export const SWEEP = 100;

/**
 * Answers by tenant and key, for a while; when a tenant has too much, what was not asked for the longest goes. A store that is
 * away has nothing and keeps nothing, and never throws. `results.conformance.ts` is the specification.
 */
export abstract class Results {
  /** Finds nothing that is older than `maxAgeMs`. */
  abstract look(place: Place, maxAgeMs: number, claim?: Claim): Promise<Look>;
  /** Lets a claim go on for `ms` from now; one that is over stays over. */
  abstract renew(place: Place, claim: Claim): Promise<void>;
  /** Keeps an answer, and ends the claim with this token. False: there is no place for it. */
  abstract keep(place: Place, text: string, ttlMs: number, token: string): Promise<boolean>;
  /** Ends the claim with this token without an answer. */
  abstract giveUp(place: Place, token: string): Promise<void>;
}
