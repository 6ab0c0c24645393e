/** The item in whose part of the sum of all weights a number from 0 to below 1 falls. */
export function drawByWeight<T extends { readonly weight: number }>(
  items: readonly T[],
  random: number,
  without?: T,
): T {
  let total = 0;
  for (const item of items) if (item !== without) total += item.weight;
  let left = random * total;
  let last = items[0]!;
  for (const item of items) {
    if (item === without) continue;
    last = item;
    left -= item.weight;
    if (left < 0) return item;
  }
  return last;
}
