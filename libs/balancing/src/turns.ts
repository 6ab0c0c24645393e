/** More ids than there can be endpoints or keys of one provider. */
const MOST_REMEMBERED = 2_000;

interface Taker {
  readonly id: string;
  readonly weight: number;
}

/**
 * Smooth weighted round robin, as nginx does it: at each turn everybody earns their weight, and whoever has the most
 * pays what all of them earned. So the turns of one are spread out: `a a b a c a a` for weights 5, 1, 1.
 */
export class Turns {
  readonly #credit = new Map<string, number>();

  constructor(private readonly weightOf: (taker: Taker) => number = ({ weight }) => weight) {}

  next<T extends Taker>(takers: readonly T[]): T {
    let [total, best, most] = [0, takers[0]!, -Infinity];
    for (const taker of takers) {
      const weight = this.weightOf(taker);
      const credit = (this.#credit.get(taker.id) ?? 0) + weight;
      this.#credit.set(taker.id, credit);
      total += weight;
      if (credit > most) [best, most] = [taker, credit];
    }
    this.#credit.set(best.id, most - total);
    if (this.#credit.size > MOST_REMEMBERED) this.#forgetAllBut(takers);
    return best;
  }

  #forgetAllBut(takers: readonly Taker[]): void {
    const known = new Set(takers.map(({ id }) => id));
    for (const id of this.#credit.keys()) if (!known.has(id)) this.#credit.delete(id);
  }
}
