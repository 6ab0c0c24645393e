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
    return clean(endsInHalf ? text.slice(0, -1) : text);
  }

  /** What was held back. */
  end(): string {
    const rest = clean(this.#half);
    this.#half = '';
    return rest;
  }
}

function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
