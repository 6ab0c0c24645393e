import { type Band } from '../job-queue.js';

/** Corrections of one flow of one band, added up. */
export interface Correction {
  readonly band: Band;
  readonly flow: string;
  cost: number;
}

const FLUSH_MS = 100;
/** Past it corrections are dropped: shares then are as fair as the estimates. */
const MOST = 10_000;

/** Collects what flows have really used and passes it on now and then, so that a finished job costs no round trip. */
export class Corrections {
  readonly #byFlow = new Map<string, Correction>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly pass: (corrections: readonly Correction[]) => Promise<void>) {}

  add(band: Band, flow: string, cost: number): void {
    const key = `${band.lane}\n${band.priority}\n${flow}`;
    const known = this.#byFlow.get(key);
    if (known) known.cost += cost;
    else if (this.#byFlow.size < MOST) this.#byFlow.set(key, { band, flow, cost });
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    const corrections = [...this.#byFlow.values()].filter(({ cost }) => cost !== 0);
    this.#byFlow.clear();
    // A correction that does not arrive costs a little fairness, and its flow is corrected again with its next job.
    if (corrections.length > 0) this.pass(corrections).catch(() => undefined);
  }
}
