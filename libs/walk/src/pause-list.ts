import { PRIORITIES, type PausedBand } from '#contracts';

/** Whether one entry holds for a band; what an entry leaves open holds for all. */
export function covers(entry: PausedBand, { lane, priority }: PausedBand): boolean {
  return (
    (entry.lane === undefined || entry.lane === lane) &&
    (entry.priority === undefined || entry.priority === priority)
  );
}

/** Adds an entry; those that it covers go. */
export function withBand(list: readonly PausedBand[], band: PausedBand): PausedBand[] {
  if (list.some((entry) => covers(entry, band))) return [...list];
  return [...list.filter((entry) => !covers(band, entry)), band];
}

/** Takes a band out; an entry that holds for more is split, and its rest stays. */
export function withoutBand(
  list: readonly PausedBand[],
  band: PausedBand,
  lanes: readonly string[],
): PausedBand[] {
  return list
    .flatMap((entry) => (overlap(entry, band) ? split(entry, band, lanes) : [entry]))
    .filter((entry) => !covers(band, entry));
}

function overlap(a: PausedBand, b: PausedBand): boolean {
  const meet = (x: string | undefined, y: string | undefined) =>
    x === undefined || y === undefined || x === y;
  return meet(a.lane, b.lane) && meet(a.priority, b.priority);
}

/** The entry in as many parts as it takes for each to lie inside of the band or outside of it. */
function split(entry: PausedBand, band: PausedBand, lanes: readonly string[]): PausedBand[] {
  const ofLanes = entry.lane === undefined && band.lane !== undefined ? lanes : [entry.lane];
  const ofBands = entry.priority === undefined && band.priority !== undefined ? PRIORITIES : [entry.priority];
  return ofLanes.flatMap((lane) => ofBands.map((priority) => ({ lane, priority })));
}
