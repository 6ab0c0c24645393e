import { AppError } from '#contracts';

export interface GroupCommitOptions {
  /** Most items in one flush. */
  readonly maxBatch: number;
  /** Most weight of one flush, where items are weighed; one that is heavier goes alone. */
  readonly maxWeight?: number;
  /** Most flushes under way at once. */
  readonly maxInFlight: number;
  /** Most items that may wait; one more is refused with `intake_overloaded`. */
  readonly maxWaiting: number;
  /** What comes in one turn of the event loop goes together, also the first of it: for callers who come in groups. */
  readonly gather?: boolean;
  /** What has waited longer is refused with `database_unavailable`: whoever asked has been told so already. */
  readonly maxWaitMs?: number;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
}

/**
 * Lets concurrent callers share one write: a flush starts at once when a place is free, and takes whatever
 * waits when the one before it returns, so an idle system adds no delay and a busy one forms large groups.
 * A group that fails is repeated item by item, so that one bad row fails alone.
 */
export class GroupCommit<T, R> {
  readonly #waiting: Waiting<T, R>[] = [];
  #inFlight = 0;
  #isGathering = false;

  /** `write` answers with one result per item, in the order of the items. */
  constructor(
    private readonly write: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly options: GroupCommitOptions,
    private readonly weigh: (item: T) => number = () => 0,
  ) {}

  add(item: T): Promise<R> {
    if (this.#waiting.length >= this.options.maxWaiting)
      return Promise.reject(
        new AppError('intake_overloaded', 'Too many writes are waiting; try again shortly'),
      );
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject, since: performance.now() });
      if (this.options.gather) this.#flushSoon();
      else this.#flush();
    });
  }

  #flushSoon(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    process.nextTick(() => {
      this.#isGathering = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#inFlight < this.options.maxInFlight && this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#fitting()).filter((one) => this.#isInTime(one));
      if (group.length === 0) continue;
      this.#inFlight += 1;
      void this.#settle(group).finally(() => {
        this.#inFlight -= 1;
        this.#flush();
      });
    }
  }

  /** How many of those that wait go together. */
  #fitting(): number {
    const { maxBatch, maxWeight = Infinity } = this.options;
    let weight = 0;
    const tooMuch = this.#waiting.slice(0, maxBatch).findIndex(({ item }) => {
      weight += this.weigh(item);
      return weight > maxWeight;
    });
    return tooMuch === -1 ? maxBatch : Math.max(1, tooMuch);
  }

  #isInTime({ since, reject }: Waiting<T, R>): boolean {
    if (performance.now() - since <= (this.options.maxWaitMs ?? Infinity)) return true;
    reject(new AppError('database_unavailable', 'The write has waited too long'));
    return false;
  }

  async #settle(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.write(group.map(({ item }) => item));
      group.forEach(({ resolve }, i) => resolve(results[i]!));
    } catch (error) {
      if (group.length === 1 || !isFaultOfOneRow(error)) return group.forEach(({ reject }) => reject(error));
      for (const one of group) await this.#settle([one]);
    }
  }
}

/** A refused value or constraint (SQLSTATE classes 22 and 23); a lost connection would only fail again. */
function isFaultOfOneRow(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^2[23]/.test(code);
}
