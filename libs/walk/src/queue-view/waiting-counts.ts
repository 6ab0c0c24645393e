import { PRIORITIES, type Priority } from '#contracts';
import { type Band, type Counts } from '#queue';
import { type LaneOutlook, NONE } from './estimate-wait.js';

type Pace = Pick<LaneOutlook, 'slots' | 'running' | 'perSecond' | 'heldMs'>;

/**
 * How many messages wait now: the counts of the last reading, plus what was accepted since, minus what free slots
 * must have taken since.
 */
export class WaitingCounts {
  #counts: Readonly<Record<string, Counts>> = {};
  #accepted = new Map<string, Record<Priority, number>>();
  #readAtMs = 0;

  /** `onTheWay`: committed messages that were not in the schedule yet when it was read. */
  read(counts: Readonly<Record<string, Counts>>, onTheWay: readonly Band[], nowMs: number): void {
    this.#counts = counts;
    this.#accepted = new Map();
    this.#readAtMs = nowMs;
    for (const band of onTheWay) this.accept(band);
  }

  accept({ lane, priority }: Band): void {
    const accepted = this.#accepted.get(lane) ?? { ...NONE };
    accepted[priority] += 1;
    this.#accepted.set(lane, accepted);
  }

  /** `open`: bands that are not paused. */
  now(lane: string, outlook: Pace, open: readonly Priority[], nowMs: number): Counts {
    let taken = this.#takenSince(outlook, nowMs);
    const waiting = { ...NONE };
    for (const band of PRIORITIES) {
      const all = (this.#counts[lane]?.[band] ?? 0) + (this.#accepted.get(lane)?.[band] ?? 0);
      const gone = open.includes(band) ? Math.min(all, taken) : 0;
      waiting[band] = all - gone;
      taken -= gone;
    }
    return waiting;
  }

  #takenSince({ slots, running, perSecond, heldMs }: Pace, nowMs: number): number {
    if (slots === 0 || heldMs > 0) return 0;
    const seconds = Math.max(0, nowMs - this.#readAtMs) / 1_000;
    return Math.max(0, slots - running) + Math.floor((perSecond ?? 0) * seconds);
  }
}
