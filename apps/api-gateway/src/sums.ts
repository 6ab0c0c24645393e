import { formatDuration } from '#contracts';

/** Small sums over what views show. */
export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Undefined when there is nothing to divide by. */
export function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

/** Undefined when none of the values is known. */
export function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

export function time(ms: number | undefined): string | null {
  return ms === undefined ? null : formatDuration(Math.round(ms));
}

/** To three places. */
export function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
