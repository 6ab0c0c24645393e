import { type Catalog, type Target, targetKey } from '#catalog';
import { type Needs, rejectionOf } from './judge.js';

/** Lets through what can serve a message, and remembers why the rest cannot. */
export class Sieve {
  readonly #reasons = new Map<string, string | undefined>();
  readonly #rejected: Target[] = [];

  constructor(
    private readonly catalog: Catalog,
    private readonly needs: Needs,
  ) {}

  /** In the order in which they were asked for, each once. */
  get rejected(): readonly Target[] {
    return this.#rejected;
  }

  lets(target: Target): boolean {
    const key = targetKey(target);
    if (!this.#reasons.has(key)) this.#judge(key, target);
    return this.#reasons.get(key) === undefined;
  }

  reasonOf(target: Target): string | undefined {
    return this.#reasons.get(targetKey(target));
  }

  #judge(key: string, target: Target): void {
    const reason = rejectionOf(this.catalog, target, this.needs);
    this.#reasons.set(key, reason);
    if (reason !== undefined) this.#rejected.push(target);
  }
}
