/** What a process does that has limits in common with others which do the same. */
export type Role = 'gateway' | 'worker';

/** How many processes share a limit: while Redis is away each of them keeps to its part. */
export abstract class LiveProcesses {
  /** From now on this process counts. */
  abstract join(role: Role): Promise<void>;
  abstract leave(role: Role): Promise<void>;
  /** At least 1, rather too many than too few: a part of the limit may stay unused, but it is never exceeded. */
  abstract count(role: Role): number;
}

/** Without Redis there is only one process. */
export class SoleProcess extends LiveProcesses {
  join(): Promise<void> {
    return Promise.resolve();
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  count(): number {
    return 1;
  }
}
