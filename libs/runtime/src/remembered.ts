/** No answer is older than a second, unless making it takes long: then it is made at most a twentieth of the time. */
const LEAST_MS = 1_000;
const SHARE = 20;

/** An answer that many may want at once and that costs something: made for all of them together, and kept for a while. */
export class Remembered<T> {
  #answer: Promise<T> | undefined;
  #freshUntil = 0;

  constructor(private readonly make: () => Promise<T>) {}

  get(): Promise<T> {
    if (this.#answer && performance.now() < this.#freshUntil) return this.#answer;
    const startedAt = performance.now();
    this.#freshUntil = Infinity;
    this.#answer = this.make();
    this.#answer.then(
      () => {
        const now = performance.now();
        this.#freshUntil = now + Math.max(LEAST_MS, SHARE * (now - startedAt));
      },
      () => (this.#freshUntil = 0),
    );
    return this.#answer;
  }
}
