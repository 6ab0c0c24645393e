import { PRIORITIES, type Priority } from '#contracts';
import { type Counts } from '#queue';

/** Shares of the bands behind realtime while all of them have work. */
const WEIGHTS = { high: 8, normal: 4, low: 1 } as const;

type Weighted = keyof typeof WEIGHTS;

const WEIGHTED = Object.keys(WEIGHTS) as Weighted[];

/**
 * Chooses the bands that the next free slots go to: realtime while it has any work, the others by stride
 * scheduling (Waldspurger and Weihl, 1995), so that low gets its share however much high there is.
 */
export class BandPicker {
  readonly #pass: Record<Weighted, number> = { high: 0, normal: 0, low: 0 };

  /** At most `slots` bands, in the order in which to take from them; no band more often than it has jobs. */
  pick(ready: Counts, slots: number): Priority[] {
    const left = { ...ready };
    const picked: Priority[] = [];
    while (picked.length < slots) {
      const band = this.#next(left);
      if (!band) break;
      left[band] -= 1;
      picked.push(band);
    }
    return picked;
  }

  #next(left: Counts): Priority | undefined {
    if (left.realtime > 0) return 'realtime';
    const withWork = WEIGHTED.filter((band) => left[band] > 0);
    if (withWork.length === 0) return undefined;
    this.#forgetIdleTime(withWork);
    const band = withWork.reduce((best, other) => (this.#pass[other] < this.#pass[best] ? other : best));
    this.#pass[band] += 1 / WEIGHTS[band];
    return band;
  }

  /** A band that was empty starts beside the others, not with all the turns that it did not need. */
  #forgetIdleTime(withWork: readonly Weighted[]): void {
    const now = Math.min(...withWork.map((band) => this.#pass[band]));
    for (const band of WEIGHTED)
      if (!withWork.includes(band)) this.#pass[band] = Math.max(this.#pass[band], now);
  }
}

export function totalOf(counts: Counts): number {
  return PRIORITIES.reduce((sum, priority) => sum + counts[priority], 0);
}
