/** Who listens to what in this process. */
export class Listeners<L> {
  readonly #byKey = new Map<string, Set<L>>();

  /** True: the first one of its key. */
  add(key: string, listener: L): boolean {
    const those = this.#byKey.get(key);
    if (those) those.add(listener);
    else this.#byKey.set(key, new Set([listener]));
    return !those;
  }

  /** True: the last one of its key. */
  remove(key: string, listener: L): boolean {
    const those = this.#byKey.get(key);
    if (!those?.delete(listener) || those.size > 0) return false;
    return this.#byKey.delete(key);
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  of(key: string): Iterable<L> {
    return this.#byKey.get(key) ?? [];
  }

  *all(): Iterable<L> {
    for (const those of this.#byKey.values()) yield* those;
  }
}
