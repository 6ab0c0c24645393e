import { type Priority } from '#contracts';
import { type BandLook } from '#queue';
import { BAND_WEIGHTS, OVERDUE, WEIGHTED, type Weighted } from '#walk';

export type Patience = Readonly<Record<Priority, { readonly max_wait: number }>>;

/**
 * Chooses the bands behind realtime that the next free slots go to: by stride scheduling (Waldspurger and Weihl, 1995), so
 * that low gets its share however much high there is; every second slot goes to a band whose next message has waited for
 * too long, however small its share is. Never more than every second, or a flood of low messages would in time be a flood
 * of overdue ones.
 */
export class BandPicker {
  readonly #pass: Record<Weighted, number> = { high: 0, normal: 0, low: 0 };
  #promoted = false;

  constructor(private readonly patience: Patience) {}

  /** At most `slots` bands, in the order in which to take from them; no band more often than it has jobs. */
  pick(looks: Readonly<Record<Weighted, BandLook>>, slots: number): Weighted[] {
    const left = { high: looks.high.ready, normal: looks.normal.ready, low: looks.low.ready };
    const picked: Weighted[] = [];
    while (picked.length < slots) {
      const band = this.#next(looks, left);
      if (!band) break;
      left[band] -= 1;
      picked.push(band);
    }
    return picked;
  }

  #next(looks: Readonly<Record<Weighted, BandLook>>, left: Readonly<Record<Weighted, number>>) {
    const withWork = WEIGHTED.filter((band) => left[band] > 0);
    if (withWork.length === 0) return undefined;
    this.#forgetIdleTime(withWork);
    const overdue = this.#promoted ? undefined : this.#mostOverdue(looks, withWork);
    this.#promoted = overdue !== undefined;
    const band = overdue ?? withWork.reduce((a, b) => (this.#pass[b] < this.#pass[a] ? b : a));
    this.#pass[band] += 1 / BAND_WEIGHTS[band];
    return band;
  }

  #mostOverdue(looks: Readonly<Record<Weighted, BandLook>>, withWork: readonly Weighted[]) {
    const lateness = (band: Weighted) => (looks[band].headWaitMs ?? 0) / this.patience[band].max_wait;
    const latest = withWork.reduce((a, b) => (lateness(b) > lateness(a) ? b : a));
    return lateness(latest) > OVERDUE ? latest : undefined;
  }

  /** A band that was empty starts beside the others, not with all the turns that it did not need. */
  #forgetIdleTime(withWork: readonly Weighted[]): void {
    const now = Math.min(...withWork.map((band) => this.#pass[band]));
    for (const band of WEIGHTED)
      if (!withWork.includes(band)) this.#pass[band] = Math.max(this.#pass[band], now);
  }
}
