/** What other processes do with something that all of them share, as far as is known. */
export interface Others {
  /** All that there are, and this one. */
  readonly processes: number;
  /** Calls under way in the others, as they last told. */
  readonly connections: () => number;
}

/**
 * How many more calls may begin. Its even share a process may always use, and beyond it what the others leave. What is
 * known of them is up to a second old, so that more than the limit may run for as long.
 */
export function roomFor(own: number, limit: number, { processes, connections }: Others): number {
  const ofShare = Math.max(1, Math.floor(limit / processes)) - own;
  return ofShare > 0 ? ofShare : Math.max(0, limit - own - connections());
}
