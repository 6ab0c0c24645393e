interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Runs what is due, in the order of its time; a binary heap. */
export class Timeline {
  now = 0;
  readonly #heap: Event[] = [];
  #order = 0;

  after(ms: number, run: () => void): void {
    this.#heap.push({ at: this.now + ms, order: (this.#order += 1), run });
    this.#up(this.#heap.length - 1);
  }

  /** At `now + ms` and then every `ms`. */
  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  runUntil(ms: number): void {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= ms) {
      const event = this.#pop();
      this.now = event.at;
      event.run();
    }
    this.now = ms;
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a]!, this.#heap[b]!];
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }

  #up(i: number): void {
    const parent = (i - 1) >> 1;
    if (i === 0 || !this.#before(i, parent)) return;
    this.#swap(i, parent);
    this.#up(parent);
  }

  #pop(): Event {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return first;
  }

  #down(i: number): void {
    const children = [2 * i + 1, 2 * i + 2].filter((child) => child < this.#heap.length);
    const least = children.reduce((best, child) => (this.#before(child, best) ? child : best), i);
    if (least === i) return;
    this.#swap(i, least);
    this.#down(least);
  }
}
