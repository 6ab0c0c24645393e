/** The four bands, best first. */
export const PRIORITIES = ['realtime', 'high', 'normal', 'low'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** The number that stands for a priority in requests and in the ledger: 1 (realtime) to 4 (low). */
export function priorityNumber(priority: Priority): number {
  return PRIORITIES.indexOf(priority) + 1;
}

/** Reads a name, its number, or `urgent` (an alias of realtime); undefined when it is none of them. */
export function toPriority(value: unknown): Priority | undefined {
  if (value === 'urgent') return 'realtime';
  if (typeof value === 'number') return PRIORITIES[value - 1];
  return PRIORITIES.find((priority) => priority === value);
}
