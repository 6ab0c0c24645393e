import { type Publication } from '../protocol/publication.js';
import { type Listener } from './broker.js';

/** Who listens to which channel in this process. */
export class Listeners {
  readonly #byKey = new Map<string, Set<Listener>>();

  /** True: the first one of its channel. */
  add(key: string, listener: Listener): boolean {
    const those = this.#byKey.get(key);
    if (those) those.add(listener);
    else this.#byKey.set(key, new Set([listener]));
    return !those;
  }

  /** True: the last one of its channel. */
  remove(key: string, listener: Listener): boolean {
    const those = this.#byKey.get(key);
    if (!those?.delete(listener) || those.size > 0) return false;
    this.#byKey.delete(key);
    return true;
  }

  tell(key: string, publication: Publication): void {
    this.#byKey.get(key)?.forEach((listener) => listener.push(publication));
  }

  tellAllOfGap(): void {
    for (const those of this.#byKey.values()) those.forEach((listener) => listener.gap());
  }
}
