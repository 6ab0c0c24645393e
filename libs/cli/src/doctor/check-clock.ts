import { type Findings } from './finding.js';

/** Within it nothing suffers: leases and deadlines are counted in the store's own time. */
const TOLERATED_MS = 2_000;

/** Holds the clock of a store against ours, beyond what the time of its answer leaves open. */
export function checkClock(
  found: Findings,
  store: string,
  [before, theirs, after]: readonly [number, number, number],
): void {
  const ahead = theirs > after ? theirs - after : Math.min(0, theirs - before);
  if (Math.abs(ahead) <= TOLERATED_MS) return;
  const way = ahead > 0 ? 'ahead of' : 'behind';
  found.warning(
    `The clock of ${store} is ${(Math.abs(ahead) / 1_000).toFixed(1)} s ${way} the clock of this machine`,
    'Run a time service on both machines (`timedatectl set-ntp true`, or chrony).',
  );
}
