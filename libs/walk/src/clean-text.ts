import { storable } from '#contracts';

/**
 * Makes text from outside storable: takes NUL out, replaces lone surrogates, and holds half a surrogate pair back
 * until its other half comes with the next piece.
 */
export class CleanText {
  #half = '';

  push(piece: string): string {
    const text = this.#half + piece;
    const endsInHalf = /[\uD800-\uDBFF]$/.test(text);
    this.#half = endsInHalf ? text.slice(-1) : '';
    return storable(endsInHalf ? text.slice(0, -1) : text);
  }

  /** What was held back. */
  end(): string {
    const rest = storable(this.#half);
    this.#half = '';
    return rest;
  }
}
