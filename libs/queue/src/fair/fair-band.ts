import { mustShift, type TagRange } from './range.js';

/** Flows whose share is remembered; past it those that have got least ahead are forgotten. */
const MOST_FLOWS = 10_000;

/** The tags of one band, in the memory of one process; `fair-tags.lua.ts` is its twin in Redis. */
export class FairBand {
  /** The tag of the job that comes next, in tokens. */
  #now: number;
  /** Units that priorities are counted from. */
  #base = 0;
  /** Where each flow's share ends, in tokens, as far as it is known. */
  readonly #ends = new Map<string, number>();
  /** The last tag of each flow: a flow that was charged too much must not overtake its own jobs. */
  readonly #lasts = new Map<string, number>();

  /** `head`: the priority of the first job that waits, from an earlier life of the process. */
  constructor(
    private readonly range: TagRange,
    head: number,
  ) {
    this.#now = Math.max(0, head - 1) * range.unit;
  }

  /** The priority of a flow's next job. */
  tag(flow: string, cost: number): number {
    const end = Math.max(this.#now, this.#ends.get(flow) ?? 0);
    const start = Math.max(end, this.#lasts.get(flow) ?? 0);
    this.#ends.set(flow, end + cost);
    this.#lasts.set(flow, start);
    for (const known of [this.#ends, this.#lasts]) if (known.size > MOST_FLOWS) this.#forget(known);
    const units = Math.floor(start / this.range.unit) - this.#base + 1;
    return Math.min(this.range.max, Math.max(1, units));
  }

  settle(flow: string, cost: number): void {
    this.#ends.set(flow, Math.max(this.#now, this.#ends.get(flow) ?? 0) + cost);
  }

  /** The job with this priority comes next; answers whether the base must move. */
  observe(head: number): boolean {
    this.#now = Math.max(this.#now, (head - 1 + this.#base) * this.range.unit);
    return mustShift(head, this.range);
  }

  /** Moves the base up to the job that comes next; answers by how much every priority must go down. */
  shift(): number {
    const base = Math.floor(this.#now / this.range.unit);
    const by = base - this.#base;
    this.#base = base;
    return by;
  }

  #forget(known: Map<string, number>): void {
    for (const [flow, tokens] of known) if (tokens <= this.#now) known.delete(flow);
    const oldest = known.keys();
    while (known.size > MOST_FLOWS) known.delete(oldest.next().value!);
  }
}
